export interface Served {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}
export declare function serve(
  folder: string,
  options?: { readonly port?: number; readonly plain?: boolean; readonly shared?: boolean },
): Promise<Served>;
