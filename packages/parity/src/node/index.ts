export { type BrowserFlagsOptions, browserFlags, needsNoSandbox } from './browser-flags.js';
export {
  type BrowserName,
  type BrowserSearch,
  browserVariable,
  findBrowser,
  type Machine,
} from './find-browser.js';
export { describeProcessor, type InstructionSet, type Processor, thisProcessor } from './processor.js';
