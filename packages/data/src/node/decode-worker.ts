import { answerJobs } from './answer-jobs.js';
import { decodeFiles } from './decode-files.js';

// Decodes on a thread of its own: while a backend computes, the main thread can neither start a decoder nor resize.

answerJobs(decodeFiles, ({ images }) => images.buffer);
