import {
  type Conv,
  createNetwork,
  layerNames,
  type Network,
  type NetworkName,
  networks,
  plainNetwork,
  preactResNet,
  walk,
  withStochasticDepth,
} from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import type { Graph, GraphNode, GraphOp } from './graph.js';
import { graphOf } from './graph.test-support.js';
import { residualNetwork } from './residual-network.js';

const found = (network: Network) => residualNetwork(graphOf(network));
const bare = ({ layerNames: _, ...network }: Network) => network;

/** The network that the pre-activation document's is found to be: its blocks in one stage, the first with its own activation. */
const oneStage = (network: Network): Network => {
  const [norm, relu] = network.stem.slice(-2);
  const [first, ...others] = network.stages.flat();
  if (norm === undefined || relu === undefined || first === undefined) return network;
  const shared = { ...first, preact: [norm, relu], shortcutFrom: 'preact' } as const;
  return { ...network, stem: network.stem.slice(0, -2), stages: [[shared, ...others]] };
};

describe('the network in a graph', () => {
  const names = Object.keys(networks) as NetworkName[];
  const all = names.flatMap((name): [string, Network][] => {
    const build = networks[name] as (options: object) => Network;
    return [
      [name, build({})],
      [`${name} with dropout`, build({ dropout: 0.5, input: [65, 43, 3] })],
      [`${name} for features`, build({ classes: null })],
      [`${name} with stochastic depth`, withStochasticDepth(build({}), 0.2)],
      ...([8, 16] as const).map((outputStride): [string, Network] => [
        `${name} with an output stride of ${outputStride}`,
        build({ outputStride }),
      ]),
      ...(['B', 'C'] as const).map((shortcut): [string, Network] => [
        `${name} with option ${shortcut}`,
        build({ shortcut }),
      ]),
    ];
  });

  it.each(all)('is %s', (name, network) => {
    const expected = name.startsWith('preact/resnet') ? oneStage(network) : network;
    const { network: same, nodes } = found(network);
    expect(bare(same)).toEqual(expected);
    // oneStage keeps the order of computation, too
    expect(nodes).toEqual([...walk(network).keys()]);
    expect(layerNames(same)).toEqual(layerNames(network));
  });

  it('is the same, whichever way additions and products name their two sources', () => {
    for (const name of ['seresnet50', 'cifar/preresnet110', 'keras/resnet50v2'] as const) {
      const graph = graphOf(createNetwork(name));
      const nodes = graph.nodes.map((node) => ({ ...node, from: [...node.from].reverse() }));
      expect(residualNetwork({ ...graph, nodes })).toEqual(residualNetwork(graph));
    }
  });

  it('has no stages without additions', () => {
    const plain = plainNetwork(createNetwork('course/resnet50'));
    const { network, nodes } = found(plain);
    expect(network.stages).toEqual([]);
    expect(network.head).toEqual(plain.head);
    expect(nodes).toEqual([...walk(plain).keys()]);
    expect(found({ ...network, head: [] }).network.stem).toEqual(network.stem);
    expect(found(preactResNet({ shortcuts: false })).network.head.map(({ op }) => op)).toEqual([
      ...['pool', 'flatten', 'dense'],
    ]);
  });

  it('may have layers between blocks, which follow the addition before', () => {
    const network = createNetwork('resnet18');
    const [first = [], ...others] = network.stages;
    const pool = { op: 'pool', mode: 'max', size: [2, 2], strides: [2, 2], padding: 'valid' } as const;
    const postact = [{ op: 'act', activation: 'relu' } as const, pool];
    const pooled = { ...network, stages: [first.map((block) => ({ ...block, postact })), ...others] };
    const stages = found(pooled).network.stages;
    expect(stages.flat()).toEqual(pooled.stages.flat());
    expect(stages.map(({ length }) => length)).toEqual([1, 1, 2, 2, 2]); // the second block has a smaller map
  });
});

const map = [4, 4, 2] as const;
const node = (name: string, op: GraphNode['op'], ...from: number[]): GraphNode => ({ name, op, from });
const relu = { op: 'act', activation: 'relu' } as const;
const conv: Conv = {
  ...({ op: 'conv', filters: 2, kernelSize: [1, 1], strides: [1, 1], padding: 'same' } as const),
  ...{ groups: 1, dilations: [1, 1], bias: true, initializer: { kind: 'zeros' } },
};
const pooling = { op: 'globalPool', keepDims: false } as const;
const dense: GraphOp & { readonly op: 'dense' } = {
  ...({ op: 'dense', units: 2, activation: 'linear', bias: false } as const),
  initializer: { kind: 'ones' },
};
const graph = (...nodes: GraphNode[]): Graph => ({
  name: 'x',
  input: map,
  nodes: [node('image', { op: 'input' }), ...nodes],
  output: nodes.length,
});

describe('a gate', () => {
  it('of dense layers is one of 1×1 convolutions', () => {
    const gated = graph(
      node('mean', pooling, 0),
      node('fc1', { ...dense, units: 3, bias: true }, 1),
      node('relu', relu, 2),
      node('map', { op: 'reshape' }, 3),
      node('fc2', dense, 4),
      node('scale', { op: 'multiply' }, 0, 5),
    );
    const { network, nodes } = residualNetwork(gated);
    const inner = { ...conv, padding: 'valid', initializer: { kind: 'ones' } } as const;
    expect(network.stem).toEqual([
      {
        op: 'gate',
        gate: [
          { op: 'globalPool', keepDims: true },
          { ...inner, filters: 3 },
          relu,
          { ...inner, bias: false },
        ],
      },
    ]);
    expect(nodes).toEqual([0, 1, 2, 3, 5, 6]);
    expect(layerNames(network)).toEqual(['image', 'mean', 'fc1', 'relu', 'fc2', 'scale']);
  });
});

describe('a layer without a place is named, and why:', () => {
  const refused: Record<string, Graph> = {
    'Layer "sum" has no place in a residual network: it adds the results of "a" and "b", which are not a branch and a shortcut from one layer':
      graph(
        node('a', relu, 0),
        node('b', relu, 0),
        node('c', relu, 0),
        node('sum', { op: 'add' }, 1, 2),
        node('more', { op: 'add' }, 3, 4),
      ),
    '"twice" has no place in a residual network: it adds the results of "a" and "a"': graph(
      node('a', relu, 0),
      node('twice', { op: 'add' }, 1, 1),
    ),
    '"inner" has no place': graph(
      node('a', conv, 0),
      node('inner', { op: 'add' }, 0, 1),
      node('outer', { op: 'add' }, 0, 2),
    ),
    '"square" has no place in a residual network: it multiplies the results of "a" and "a"': graph(
      node('a', relu, 0),
      node('square', { op: 'multiply' }, 1, 1),
    ),
    '"product" has no place in a residual network: it multiplies the results of "a" and "b", neither': graph(
      node('a', relu, 0),
      node('b', conv, 0),
      node('product', { op: 'multiply' }, 1, 2),
    ),
    '"other" has no place in a residual network: the network\'s result doesn\'t come from it': graph(
      node('other', relu, 0),
      node('a', conv, 0),
    ),
    '"second" has no place in a residual network: it is a second input': graph(
      node('second', { op: 'input' }),
      node('a', conv, 0),
    ),
    '"map" has no place in a residual network: it reshapes': graph(
      node('mean', pooling, 0),
      node('map', { op: 'reshape' }, 1),
    ),
    '"fc" has no place in a residual network: it is a dense layer without a bias': graph(
      node('mean', pooling, 0),
      node('fc', dense, 1),
    ),
    '"fc" has no place in a residual network: it has a softmax, and is not the last layer': graph(
      node('mean', pooling, 0),
      node('fc', { ...dense, bias: true, activation: 'softmax' }, 1),
      node('after', relu, 2),
    ),
    'does not fit together: x, block 1.1: layer sum adds a branch of shape [4, 4, 3]': graph(
      node('a', { ...conv, filters: 3 }, 0),
      node('sum', { op: 'add' }, 1, 0),
    ),
    'not valid at stem.0.filters': graph(node('a', { ...conv, filters: 2 ** 30 }, 0)),
    'more than 268435456 values': {
      ...graph(node('a', { ...conv, filters: 2 ** 16 }, 0)),
      input: [16_000, 16_000, 3],
    },
  };
  it.each(Object.entries(refused))('%s', (message, each) => {
    expect(() => residualNetwork(each)).toThrow(
      expect.objectContaining({ code: 'bad-file', message: expect.stringContaining(message) }),
    );
  });
});
