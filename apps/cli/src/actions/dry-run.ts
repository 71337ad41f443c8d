import { type Classifier, disposeVariables } from '@resnetjs/core';
import { type CheckpointEvent, defaultFeatureBytes, disposeCheckpoint, train } from '@resnetjs/training';
import { encodeCheckpoint, encodeClassifier } from '@resnetjs/weights';
import { TrainOutput } from '../terminal/train-output.js';
import { TrialOutput } from '../terminal/trial-output.js';
import { forwardCost } from '../training/forward-cost.js';
import { newClassifier, type TrainPlan, trainingOptions } from '../training/train-plan.js';

/** The first step allocates memory, compiles and plans: it is slower than those that follow. */
const trialSteps = 3;

/** Says what a planned training would take, measured on its first steps, whose weights are thrown away. Writes nothing. */
export async function tryOut(plan: TrainPlan): Promise<void> {
  const { options, recipe } = plan;
  const start = new TrainOutput(plan);
  const output = new TrialOutput(options);
  const classifier = await newClassifier(plan);
  try {
    start.start();
    const modelBytes = (await encodeClassifier(classifier)).length;
    const tried = await trySteps(plan, classifier, (done) => output.trial(done, trialSteps));
    output.end();
    const secondsPerEpoch = tried.secondsPerStep * (tried.stepsPerEpoch + evaluationSteps(plan));
    output.dryRun(
      {
        event: 'dryRun',
        ...tried,
        secondsPerEpoch,
        peakBytes: process.resourceUsage().maxRSS * 1024,
        modelBytes,
        keep: options.keep,
      },
      recipe.epochs,
    );
  } finally {
    start.end();
    output.end();
    disposeVariables(classifier.variables);
  }
}

async function trySteps(plan: TrainPlan, classifier: Classifier, progress: (done: number) => void) {
  const { data } = plan;
  const times = [performance.now()];
  let stepsPerEpoch = 0;
  let checkpointBytes = 0;
  let keepsFeatures = false;
  // A step computes its features: to compute those of all images first would take longer than a trial.
  const options = { ...trainingOptions(plan), checkpointEvery: 1, featureBytes: 1 };
  for await (const event of train(classifier, data.training.dataset, options)) {
    if (event.event === 'features' && event.of === 'training') {
      keepsFeatures = event.why === 'memory' && event.bytes <= defaultFeatureBytes;
    }
    if (event.event === 'step') {
      times.push(performance.now());
      stepsPerEpoch = event.stepsPerEpoch;
      progress(times.length - 1);
    }
    if (event.event !== 'checkpoint') continue;
    if (times.length > trialSteps || event.at !== 'step' || times.length > stepsPerEpoch) {
      checkpointBytes = await sizeOf(event);
      break;
    }
  }
  const steps = times.length - 1;
  const [first, last] = [times[steps > 1 ? 1 : 0] as number, times.at(-1) as number];
  const secondsPerStep = (last - first) / 1000 / Math.max(1, steps - 1);
  return { steps, stepsPerEpoch, secondsPerStep, keepsFeatures, checkpointBytes };
}

async function sizeOf(event: CheckpointEvent): Promise<number> {
  const checkpoint = event.capture();
  try {
    let bytes = 0;
    for await (const part of encodeCheckpoint(checkpoint)) bytes += part.length;
    return bytes;
  } finally {
    disposeCheckpoint(checkpoint);
  }
}

/** What statistics and the validation of an epoch cost, in steps. */
function evaluationSteps({ data, recipe }: TrainPlan): number {
  if (data.validation === null) return 0;
  const perStep = recipe.batchSize * (recipe.accumulate ?? 1);
  const batches = Math.min(recipe.statisticsBatches, data.training.dataset.labels.length / recipe.batchSize);
  const ofStatistics = recipe.statistics === 'precise' ? batches * recipe.batchSize : 0;
  const models = recipe.averaging === undefined ? 1 : 2; // averaged, and not
  return (models * forwardCost * (ofStatistics + data.validation.dataset.labels.length)) / perStep;
}
