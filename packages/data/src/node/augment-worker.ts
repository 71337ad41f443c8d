import { augmentBatch } from '../augment/augment-batch.js';
import { answerJobs } from './answer-jobs.js';

answerJobs(augmentBatch, ({ buffer }) => buffer);
