import {
  type Network,
  type ParameterId,
  parameters,
  type Shape,
  shapes,
  type Site,
  walk,
} from '@resnetjs/core';
import type { ReferenceGradients, ReferenceVariables } from '../reference/network.js';
import { type ReferenceTensor, tensor64 } from '../reference/tensor.js';
import type { Sample } from './sample-case.js';

/** A stem, a block or a head as a network of its own, with the reference's input and upstream gradient. */
interface Part {
  readonly name: string;
  readonly network: Network;
  readonly sample: Sample;
}

/** A network's parts in order; none if the network has only one. */
export function* partsOf(
  network: Network,
  truth: ReferenceGradients,
  variables: ReferenceVariables,
): Generator<Part> {
  const nodes = walk(network);
  const results = shapes(network);
  const names = [...new Set(nodes.map(({ site }) => nameOf(site)).filter((name) => name !== null))];
  if (names.length < 2) return;
  for (const name of names) {
    const indices = [...nodes.keys()].filter(
      (index) => nameOf((nodes[index] as (typeof nodes)[number]).site) === name,
    );
    const [first, last] = [indices[0] as number, indices.at(-1) as number];
    const before = first - 1; // a part's input is the result of the last node of the part before
    const part = alone(network, (nodes[first] as (typeof nodes)[number]).site, results[before] as Shape);
    const own = parameters(part);
    const originals = parameters(network).filter(({ site }) => nameOf(site) === name);
    const values = new Map<ParameterId, ReferenceTensor>(
      own.map(({ id }, index) => [id, variables.get(originals[index]?.id ?? '') as ReferenceTensor]),
    );
    yield {
      name,
      network: part,
      sample: {
        variables: values,
        images: inFloat32(truth.nodes[before] as ReferenceTensor),
        upstream: inFloat32(truth.nodeGradients[last] as ReferenceTensor),
      },
    };
  }
}

/** Rounded to float32, as a backend gets them, and stored as float64. */
function inFloat32({ data, shape }: ReferenceTensor): ReferenceTensor {
  return tensor64(Float32Array.from(data), shape);
}

/** The name of a node's part, counted from 1 as people do; null for the input. */
function nameOf(site: Site): string | null {
  if (site.part === 'input') return null;
  return site.part === 'stage' ? `stage ${site.stage + 1}, block ${site.block + 1}` : site.part;
}

function alone(network: Network, site: Site, shape: Shape): Network {
  const none = { ...network, input: shape as unknown as Network['input'], stem: [], stages: [], head: [] };
  if (site.part !== 'stage') return { ...none, stem: site.part === 'stem' ? network.stem : network.head };
  const block = network.stages[site.stage]?.[site.block];
  return { ...none, stages: block === undefined ? [] : [[block]] };
}
