export { type Holder, isHere, isSame, type Lock, takeLock } from './lock-file.js';
