/** Options of `browserFlags`. */
export interface BrowserFlagsOptions {
  /** A new folder for the browser's profile, which the caller removes. */
  readonly profile?: string;
  /** Whether to use the machine's GPU instead of rendering in software. Default: false. */
  readonly gpu?: boolean;
  /** Whether to enable WebGPU, too, in software unless `gpu` is set. Default: false. */
  readonly webgpu?: boolean;
}

/** Whether Chromium must run without its sandbox, which it refuses to the superuser. */
export const needsNoSandbox = process.getuid?.() === 0;

/**
 * The flags with which a headless Chromium, Chrome or Edge runs WebGL 2 on any machine, even without a GPU: by
 * SwiftShader, in software, unless `gpu` is set.
 *
 * @example
 * ```ts
 * const browser = findBrowser();
 * if (browser.found) spawn(browser.path, [...browserFlags({ profile }), 'http://localhost:8080/']);
 * ```
 */
export function browserFlags({ profile, gpu = false, webgpu = false }: BrowserFlagsOptions = {}): string[] {
  return [
    '--headless',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    ...(needsNoSandbox ? ['--no-sandbox'] : []),
    // Chromium no longer falls back to software by itself, and calls it unsafe; the pages here are our own.
    ...(gpu ? [] : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']),
    ...(webgpu ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan'] : []),
    ...(webgpu && !gpu ? ['--use-webgpu-adapter=swiftshader'] : []),
    ...(profile === undefined ? [] : [`--user-data-dir=${profile}`]),
  ];
}
