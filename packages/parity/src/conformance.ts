import { kernelNames } from '@resnetjs/backend';
import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  type ErrorCode,
  fold,
  forward,
  forwardTraining,
  makeVariables,
  parameters,
  ResNetError,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConformanceCase } from './cases.js';
import { type Drawn, drawCase } from './draw-case.js';
import { type ReferenceGradients, referenceForward, referenceGradients } from './reference/network.js';
import type { Tensor64 } from './reference/tensor.js';
import { judge, type Verdict } from './verdict.js';

export interface ConformanceReport {
  readonly verdicts: readonly Verdict[];
  /** What departs, in words; empty where the backend conforms. */
  readonly failures: readonly string[];
  /** The largest relative L2 of what was judged by it. */
  readonly worst: number;
}

interface Truth {
  readonly inference: Tensor64;
  readonly training: ReferenceGradients;
}

/** A gradient that is 0 in truth has no relative error: its values, of an upstream gradient near 1, are held to this. */
const zeroGate = { absolute: 1e-5 };
const zeroInTruth = 1e-12;

/** Runs a case on the current backend: with the optional kernels that it has, and composed without them. */
export async function runConformance(each: ConformanceCase): Promise<ConformanceReport> {
  const drawn = drawCase(each);
  const truth: Truth = {
    inference: referenceForward(each.network, drawn.variables, drawn.pictures, { mode: 'inference' }).result,
    training: referenceGradients(each.network, drawn.variables, drawn.pictures, () => drawn.upstream),
  };
  const verdicts = await runOnce(each, drawn, truth);
  const registered = Object.values(kernelNames).filter((name) => tf.getKernel(name, tf.getBackend()));
  if (registered.length > 0) {
    const composed = await withoutKernels(registered, () => runOnce(each, drawn, truth));
    verdicts.push(...composed.map((verdict) => ({ ...verdict, message: `composed: ${verdict.message}` })));
  }
  const measured = verdicts.filter(({ gate }) => gate.relativeL2 !== undefined);
  return {
    verdicts,
    failures: verdicts.filter(({ passed }) => !passed).map(({ message }) => message),
    worst: Math.max(0, ...measured.map(({ relativeL2 }) => relativeL2)),
  };
}

async function runOnce(each: ConformanceCase, drawn: Drawn, truth: Truth): Promise<Verdict[]> {
  const before = tf.memory().numTensors;
  const variables = makeVariables(each.network, ({ id }) => {
    return Float32Array.from(drawn.variables.get(id)?.data ?? []);
  });
  const pictures = toTensor(drawn.pictures);
  const inputs = tf.memory().numTensors;
  const verdicts = [
    ...(await checkInference(each, variables, pictures, truth)),
    ...(await checkTraining(each, variables, pictures, drawn, truth)),
    still('live tensors after all passes', inputs),
    ...checkThrows(each, variables, pictures),
  ];
  disposeVariables(variables);
  pictures.dispose();
  return [...verdicts, still('live tensors in the end: core disposed of its inputs, or kept some', before)];
}

async function checkInference(
  each: ConformanceCase,
  variables: Variables,
  pictures: tf.Tensor,
  truth: Truth,
) {
  const { network } = each;
  const result = forward(network, variables, pictures);
  const folded = fold({ network, variables });
  const foldedResult = forward(folded.network, folded.variables, pictures);
  const verdicts = [
    await judgeTensor('inference', result, truth.inference, each),
    await judgeTensor('inference, folded', foldedResult, truth.inference, each),
  ];
  tf.dispose([result, foldedResult]);
  disposeVariables(folded.variables);
  return verdicts;
}

async function checkTraining(
  each: ConformanceCase,
  variables: Variables,
  pictures: tf.Tensor,
  drawn: Drawn,
  { training }: Truth,
) {
  const { network } = each;
  const verdicts: Verdict[] = [];
  const forwardPass = forwardTraining(network, variables, pictures);
  verdicts.push(await judgeTensor('training', forwardPass.result, training.result, each));
  verdicts.push(...(await judgeMap('moment', forwardPass.moments, training.moments, each)));
  disposeTrainingPass(forwardPass);

  for (const input of [true, false]) {
    const pass = differentiate(network, variables, pictures, () => toTensor(drawn.upstream), { input });
    const { gradients } = pass;
    verdicts.push(await judgeTensor('differentiated', pass.result, training.result, each));
    verdicts.push(...(await judgeMap('moment', pass.moments, training.moments, each)));
    verdicts.push(...(await judgeMap('gradient', gradients.weights, training.weights, each)));
    if (gradients.input === null) {
      verdicts.push(claim('the input gradient is null only where it was not asked for', !input));
    } else {
      verdicts.push(await judgeTensor('input gradient', gradients.input, training.input, each));
    }
    disposeTrainingPass(pass);
  }
  return verdicts;
}

/** A step that throws midway, at the first or the last variable or in `upstream`, leaves no tensor. */
function checkThrows({ network }: ConformanceCase, variables: Variables, pictures: tf.Tensor): Verdict[] {
  const verdicts: Verdict[] = [];
  const expectThrow = (what: string, isExpected: (error: unknown) => boolean, run: () => void) => {
    const before = tf.memory().numTensors;
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    verdicts.push(claim(`${what} throws what it should, not ${thrown}`, isExpected(thrown)));
    verdicts.push(still(`live tensors after ${what} threw`, before));
  };
  const withCode = (code: ErrorCode) => (error: unknown) =>
    error instanceof ResNetError && error.code === code;

  const all = parameters(network);
  for (const { id, trainable } of [all[0], all.at(-1)].flatMap((parameter) => parameter ?? [])) {
    const without = (map: TensorMap): TensorMap => new Map([...map].filter(([key]) => key !== id));
    const rest = { weights: without(variables.weights), statistics: without(variables.statistics) };
    const missing = withCode('missing-variable');
    expectThrow(`forward without ${id}`, missing, () => forward(network, rest, pictures));
    expectThrow(`fold without ${id}`, missing, () => fold({ network, variables: rest }));
    if (!trainable) continue;
    expectThrow(`forwardTraining without ${id}`, missing, () => forwardTraining(network, rest, pictures));
    expectThrow(`differentiate without ${id}`, missing, () =>
      differentiate(network, rest, pictures, tf.onesLike),
    );
  }
  const small = tf.zeros([1, 1, 1, 1]);
  const misfit = withCode('shape-mismatch');
  expectThrow('forward of a small picture', misfit, () => forward(network, variables, small));
  expectThrow('forwardTraining of a small picture', misfit, () => forwardTraining(network, variables, small));
  small.dispose();
  const probe = new Error('A probe of what a throw leaves behind.');
  const throwing = (result: tf.Tensor): tf.Tensor => {
    tf.onesLike(result);
    throw probe;
  };
  expectThrow(
    'differentiate with an upstream that throws',
    (error) => error === probe,
    () => differentiate(network, variables, pictures, throwing),
  );
  return verdicts;
}

function claim(what: string, holds: boolean): Verdict {
  return judge(what, [holds ? 1 : 0], [1], { absolute: 0 });
}

/** Whether as many tensors are alive as `expected`. */
function still(what: string, expected: number): Verdict {
  return judge(what, [tf.memory().numTensors], [expected], { absolute: 0 });
}

async function judgeMap(
  kind: string,
  actual: TensorMap,
  truth: ReadonlyMap<string, Tensor64>,
  each: ConformanceCase,
) {
  const names = (map: ReadonlyMap<string, unknown>) => [...map.keys()].sort().join(' ');
  const verdicts = [
    claim(`every ${kind} (${names(truth)}), and no other (${names(actual)})`, names(actual) === names(truth)),
  ];
  for (const [id, tensor] of actual) {
    const expected = truth.get(id);
    if (expected !== undefined) verdicts.push(await judgeTensor(`${kind} ${id}`, tensor, expected, each));
  }
  return verdicts;
}

async function judgeTensor(
  what: string,
  actual: tf.Tensor,
  truth: Tensor64,
  each: ConformanceCase,
): Promise<Verdict> {
  if (String(actual.shape) !== String(truth.shape)) {
    return judge(`${what}: shape [${actual.shape}] where the truth has [${truth.shape}]`, [0], [1], {
      absolute: 0,
    });
  }
  const zero = truth.data.every((value) => Math.abs(value) < zeroInTruth);
  return judge(what, await actual.data(), truth.data, zero ? zeroGate : { relativeL2: each.relativeL2 });
}

function toTensor({ data, shape }: Tensor64): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}

/** Runs with kernels of the current backend taken away, and puts them back. */
async function withoutKernels<Result>(names: readonly string[], run: () => Promise<Result>): Promise<Result> {
  const backend = tf.getBackend();
  const kernels = names.flatMap((name) => tf.getKernel(name, backend) ?? []);
  for (const { kernelName, backendName } of kernels) tf.unregisterKernel(kernelName, backendName);
  try {
    return await run();
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}
