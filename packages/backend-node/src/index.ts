export { BackendError, type BackendErrorCode } from '@resnetjs/backend';
export { register, type RegisterOptions } from './register.js';
export { startStock } from './start-stock.js';
export type { Logging } from './tensorflow-environment.js';
