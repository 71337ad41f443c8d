/** Asks for a file: the answer at the end of all redirects. */
export type Request = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<HubResponse>;

/** What is needed of a `Response`. */
export interface HubResponse {
  readonly status: number;
  readonly statusText: string;
  /** Where the answer came from, at last. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: HubBody | null;
  /** Whether it may have been compressed on its way without saying so here: its Content-Length is a hint then. */
  readonly hidesEncoding?: boolean;
}

export interface HubBody {
  cancel(): Promise<void>;
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

/** Whether an address is this machine's own. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Whether what is sent to an address can be read on the way. */
export function isOpen(url: URL): boolean {
  return url.protocol === 'http:' && !isLoopback(url);
}
