export { BackendError, type BackendErrorCode } from '@resnetjs/backend';
export { register, type RegisterOptions } from './register.js';
export { canPairVectors } from './threads/platform.js';
