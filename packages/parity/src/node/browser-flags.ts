/** How the browser is started. */
export interface BrowserFlagsOptions {
  /** A fresh folder for the browser's profile, which the caller removes. */
  readonly profile?: string;
  /** Draws with the machine's own GPU instead of in software. */
  readonly hardware?: boolean;
  /** Also offers WebGPU, in software unless `hardware` is set. */
  readonly webgpu?: boolean;
}

/** The superuser may not use Chromium's sandbox. */
export const needsNoSandbox = process.getuid?.() === 0;

/**
 * The command line on which a headless Chromium, Chrome or Edge computes on any machine, also without a GPU:
 * WebGL 2 by SwiftShader, in software, unless the hardware is asked for.
 */
export function browserFlags({
  profile,
  hardware = false,
  webgpu = false,
}: BrowserFlagsOptions = {}): string[] {
  return [
    '--headless',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    ...(needsNoSandbox ? ['--no-sandbox'] : []),
    // Chromium falls back to software of itself no more, and calls it unsafe: pages here are our own.
    ...(hardware ? [] : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']),
    ...(webgpu ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan'] : []),
    ...(webgpu && !hardware ? ['--use-webgpu-adapter=swiftshader'] : []),
    ...(profile === undefined ? [] : [`--user-data-dir=${profile}`]),
  ];
}
