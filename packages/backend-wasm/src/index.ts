export { WasmBackendError, type WasmBackendErrorCode } from './errors.js';
export { register, type RegisterOptions } from './register.js';
