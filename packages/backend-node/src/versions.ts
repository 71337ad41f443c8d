/** The one release of tfjs-node whose files this package knows. */
export const tfjsNodeVersion = '4.22.0';

/** N-API versions that tfjs-node 4.22.0 is built for, as its package.json lists them. */
export const napiVersions = [8, 7, 6, 5, 4, 3] as const;

/** Our own small addon beside tfjs-node's, where `installNative` built it. */
export const hostAddonFile = 'resnetjs_host.node';
