import {
  drawInitialValues,
  Generator,
  outputShape,
  type Parameter,
  parameters,
  statelessDraws,
} from '@resnetjs/core';
import type { ConformanceCase } from './cases.js';
import { distanceToKink, referenceForward, type Variables64 } from './reference/network.js';
import { sizeOf, type Tensor64, tensor64 } from './reference/tensor.js';

/** What a case computes with: float32 values, held as float64 too. */
export interface Drawn {
  readonly variables: Variables64;
  readonly pictures: Tensor64;
  /** The gradient of the network's result. */
  readonly upstream: Tensor64;
}

/**
 * No ReLU's input and no pooling window's lead may be nearer to 0: a float32 result of a block is
 * some 1e-6 off, and the wrong side of a kink would change a gradient by all of its size.
 */
const clearance = 2e-5;
const mostAttempts = 200;

/** Draws a case, and draws again until every kink is clear of float32's error in both modes. */
export function drawCase(each: ConformanceCase, distance = clearance): Drawn {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const drawn = drawOnce(each, Generator.stateless(each.seed, attempt));
    const nearest = (['inference', 'training'] as const).map((mode) => {
      return distanceToKink(
        each.network,
        referenceForward(each.network, drawn.variables, drawn.pictures, { mode }),
      );
    });
    if (Math.min(...nearest) > distance) return drawn;
  }
  throw new Error(`${each.name}: no draw of ${mostAttempts} keeps ${distance} away from every kink.`);
}

function drawOnce({ network, batch }: ConformanceCase, generator: Generator): Drawn {
  const normals = (shape: readonly number[], mean = 0, deviation = 1) =>
    tensor64(
      Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * generator.normal()),
      shape,
    );
  const draws = statelessDraws(generator.word());
  const values = ({ role, shape, initializer }: Parameter): Tensor64 => {
    switch (role) {
      case 'kernel':
        return tensor64(drawInitialValues(initializer, shape, draws), shape);
      case 'scale':
        return normals(shape, 1, 0.2);
      case 'variance':
        return tensor64(
          Float32Array.from({ length: sizeOf(shape) }, () => 0.5 + generator.uniform()),
          shape,
        );
      default:
        return normals(shape, 0, 0.2);
    }
  };
  return {
    variables: new Map(parameters(network).map((parameter) => [parameter.id, values(parameter)])),
    pictures: normals([batch, ...network.input]),
    upstream: normals([batch, ...outputShape(network)]),
  };
}
