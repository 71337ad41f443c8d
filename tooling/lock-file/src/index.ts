export { type Holder, isHere, type Lock, takeLock } from './lock-file.js';
