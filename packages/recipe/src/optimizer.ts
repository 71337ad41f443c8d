import * as z from 'zod/mini';
import { checked } from './checked.js';
import { positive, shareBelowOne } from './numbers.js';

/** Adam's hyperparameters, as plain data: make them with `adam`. */
export interface Adam {
  readonly kind: 'adam';
  /** Default: 0.001. */
  readonly learningRate: number;
  /** Decay of the first moment, the running mean of gradients. Default: 0.9. */
  readonly beta1: number;
  /** Decay of the second moment, the running mean of squared gradients. Default: 0.999. */
  readonly beta2: number;
  /** Added to the square root of the uncorrected second moment, as in Keras; PyTorch corrects its bias first. Default: 1e-7. */
  readonly epsilon: number;
}

/** The hyperparameters of stochastic gradient descent, as plain data: make them with `sgd`. */
export interface Sgd {
  readonly kind: 'sgd';
  /** Default: 0.01. */
  readonly learningRate: number;
  /** SGD momentum: the share of the previous velocity that is kept. Default: 0.9 (in Keras and PyTorch, 0). */
  readonly momentum: number;
  /** Nesterov's momentum, as in Keras: the step looks one velocity ahead. Default: false. */
  readonly nesterov?: boolean;
}

/** An optimizer, as plain data; `applyGradients` of @resnetjs/training takes its step. */
export type Optimizer = Adam | Sgd;

/** The schema of an `Adam`. */
export const adamSchema = z.strictObject({
  kind: z.literal('adam'),
  learningRate: positive,
  beta1: shareBelowOne,
  beta2: shareBelowOne,
  epsilon: positive,
});

/** The schema of an `Sgd`. */
export const sgdSchema = z.strictObject({
  kind: z.literal('sgd'),
  learningRate: positive,
  momentum: shareBelowOne,
  nesterov: z.exactOptional(z.boolean('must be true or false')),
});

/** The schema of an `Optimizer`. */
export const optimizerSchema = z.discriminatedUnion('kind', [
  adamSchema,
  sgdSchema,
]) satisfies z.ZodMiniType<Optimizer>;

/** The optimizers' names: `adam`, `sgd`. */
export const optimizerKinds = optimizerSchema.def.options.flatMap(({ shape }) => shape.kind.def.values);

/**
 * Adam (Kingma and Ba 2015), computed as in Keras and with its defaults. Throws `bad-option` for a hyperparameter out of
 * range.
 *
 * @example
 * const optimizer = adam({ learningRate: 1.5e-4 });
 * for await (const event of train(classifier, images, { epochs: 20, optimizer })) console.log(event);
 */
export function adam(options: Partial<Omit<Adam, 'kind'>> = {}): Adam {
  const defaults = { kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
  return checked(adamSchema, { ...defaults, ...options }, "The adam optimizer's ");
}

/**
 * Stochastic gradient descent with momentum, computed as in Keras: velocity = momentum · velocity − learningRate ·
 * gradient; weight += velocity. (PyTorch multiplies by the learning rate last, which differs once the rate changes.)
 * Throws `bad-option` for a hyperparameter out of range.
 *
 * @example
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
 * for await (const event of train(classifier, images, { optimizer, schedule: 'cosine' })) console.log(event);
 */
export function sgd(options: Partial<Omit<Sgd, 'kind'>> = {}): Sgd {
  return checked(
    sgdSchema,
    { kind: 'sgd', learningRate: 1e-2, momentum: 0.9, ...options },
    "The sgd optimizer's ",
  );
}
