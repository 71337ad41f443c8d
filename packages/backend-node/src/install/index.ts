export type { Installed, InstallEvent, InstallStep } from './events.js';
export { type InstallOptions, installNative, type InstallMethod } from './install-native.js';
