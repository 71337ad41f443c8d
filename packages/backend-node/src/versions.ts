/** The only release of tfjs-node that this package supports. */
export const tfjsNodeVersion = '4.22.0';

/** The N-API versions that tfjs-node 4.22.0 is built for, from its package.json. */
export const napiVersions = [8, 7, 6, 5, 4, 3] as const;

/** The file name of our own small addon, which `installNative` puts beside tfjs-node's. */
export const hostAddonFile = 'resnetjs_host.node';
