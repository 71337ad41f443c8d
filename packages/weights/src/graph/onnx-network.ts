import { type Network, type Parameter, type ParameterId, parameters, siteName, walk } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import { elements } from '../containers/container.js';
import type { OnnxFile } from '../containers/onnx/onnx-file.js';
import { channelsFirst, identity, type Layout, nested, oihw, outIn } from '../layouts.js';
import type { Constant } from './onnx-constants.js';
import { onnxGraph, type OnnxGraphOptions } from './onnx-graph.js';
import type { ParameterSource } from './onnx-results.js';
import { residualNetwork } from './residual-network.js';
import type { Rescaling } from './rescaling.js';

/** A network from an ONNX file. */
export interface OnnxNetwork {
  /** With the names that the file's nodes and parameters give its layers. Its name is `file/` and the graph's. */
  readonly network: Network;
  /** Where each parameter's values are, and in which order. */
  readonly parameters: ReadonlyMap<ParameterId, { readonly constant: Constant; readonly layout: Layout }>;
  /** The names of the file's tensors on which its result depends, and of other nodes' results. */
  readonly used: ReadonlySet<string>;
  /** What is done to pixels before the network; null if nothing is. */
  readonly rescaling: Rescaling | null;
}

/**
 * Finds the network in an ONNX file by its graph. Throws `bad-file`, naming the first node that a residual network doesn't have.
 *
 * @example
 * const { network } = await onnxNetwork(await openOnnx(byteSource(blob)));
 */
export async function onnxNetwork(file: OnnxFile, options: OnnxGraphOptions = {}): Promise<OnnxNetwork> {
  const { graph, sources, counted, used, rescaling } = await onnxGraph(file, options);
  const { network, nodes } = residualNetwork(graph);
  const bySite = new Map(walk(network).map(({ site }, index) => [siteName(site), nodes[index] as number]));
  const found = parameters(network).map(({ id, role, op, shape, site }) => {
    const source = sources.get(bySite.get(siteName(site)) as number)?.get(role);
    if (source === undefined) throw badFile(`The ONNX file has no values for ${quote(id)}.`);
    const layout = layoutOf(source, op);
    const { constant } = source;
    const needed = elements(layout.shape(shape));
    if (elements(constant.shape) !== needed) {
      throw badFile(
        `${quote(id)} has the shape [${constant.shape.join(', ')}] in the ONNX file, but its graph needs [${shape.join(', ')}].`,
      );
    }
    return [id, { constant, layout }] as const;
  });
  return { network: withoutNames(network, counted), parameters: new Map(found), used, rescaling };
}

/** The network without names of layers that say nothing: the dialect gives others. */
function withoutNames(network: Network, names: ReadonlySet<string>): Network {
  const given = Object.entries(network.layerNames ?? {}).filter(([, name]) => !names.has(name));
  return { ...network, layerNames: Object.fromEntries(given) };
}

/** A dense layer in a gate is a convolution of a map of one pixel here. */
function layoutOf({ order, flattened }: ParameterSource, op: Parameter['op']): Layout {
  const rows = flattened === null ? identity : channelsFirst(flattened);
  switch (order) {
    case 'oihw':
      return oihw;
    case 'outIn':
      return op === 'conv' ? oihw : nested(outIn, rows);
    case 'inOut':
    case 'vector':
      return rows;
    default:
      return order satisfies never;
  }
}
