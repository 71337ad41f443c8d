export type { Installed, InstallEvent, InstallStep } from './events.js';
export { type InstallOptions, installNative, type Way } from './install-native.js';
