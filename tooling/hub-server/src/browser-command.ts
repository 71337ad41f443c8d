import { type HubFault, type HubServer, hubServer } from './hub-server.js';

/** What a test in a browser, where no server can run, may ask of one. */
export type HubAction =
  /** A new server, without anything. Gives its addresses. */
  | { readonly do: 'start' }
  /** Sets a repository: files of text, of so many bytes, which are those of `bytesOf`, or of these in base64. */
  | {
      readonly do: 'set';
      readonly repo: string;
      readonly files: Readonly<Record<string, HubContent>>;
      readonly token?: string;
    }
  | { readonly do: 'fail'; readonly path: string; readonly fault: HubFault; readonly times?: number }
  | { readonly do: 'seen'; readonly bytes: number }
  /** Gives the requests since the last time. */
  | { readonly do: 'requests' };

type HubContent = string | number | { readonly base64: string };

function contentOf(content: HubContent): Uint8Array {
  if (typeof content === 'number') return bytesOf(content);
  return typeof content === 'string'
    ? new TextEncoder().encode(content)
    : Buffer.from(content.base64, 'base64');
}

/** Made-up bytes, of which neighbours differ. */
export function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * index) % 251);
}

let server: HubServer | undefined;

/** A command for vitest's tests in browsers: `commands.hub({ do: 'start' })`. */
export async function hub(_: unknown, action: HubAction) {
  if (action.do === 'start') {
    await server?.close();
    server = await hubServer();
    return { url: server.url, cdnUrl: server.cdnUrl };
  }
  if (server === undefined) throw new Error('The hub has to be started first.');
  if (action.do === 'set') {
    const files = Object.entries(action.files).map(([name, content]) => [name, contentOf(content)]);
    const { token } = action;
    server.setRepo(action.repo, { files: Object.fromEntries(files), ...(token && { token }) });
  } else if (action.do === 'fail') server.fail(action.path, action.fault, action.times);
  else if (action.do === 'seen') server.seen(action.bytes);
  else return server.requests.splice(0);
}
