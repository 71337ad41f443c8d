export { BackendError, type BackendErrorCode } from '@resnetjs/backend';
export { register } from './register.js';
export { type Started, type StartOptions, startStock } from './start-stock.js';
export type { Logging } from './tensorflow-environment.js';
export { type Found, locateNative, type NativePackage } from './locate.js';
