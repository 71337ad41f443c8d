// Of the platform, what wasm-paths.ts has to write literally for bundlers to see.
declare global {
  const URL: new (path: string, origin: string) => { readonly href: string };
  interface ImportMeta {
    url: string;
  }
}
export {};
