export { BackendError, type BackendErrorCode } from '@resnetjs/backend';
export { register } from './register.js';
export { type StartedBackend, type RegisterOptions, startStock } from './start-stock.js';
export { avoidsOneDnn, type LogLevel } from './tensorflow-environment.js';
export { type LocateResult, locateNative, type NativePackage, type RejectedPackage } from './locate.js';
