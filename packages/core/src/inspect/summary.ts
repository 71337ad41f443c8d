import type { DialectName } from '../network/dialects.js';
import { kerasType } from '../network/keras-type.js';
import { layerNames, parameterName } from '../network/names.js';
import { nodeParameters } from '../network/parameters.js';
import { shapes } from '../network/shape.js';
import type { Network, Shape } from '../network/types.js';
import { walk } from '../network/walk.js';
import { kerasInputs, kerasOrder } from './keras-order.js';
import { countParameters, elements, multiplyAdds, type ParameterCount, nodeMultiplyAdds } from './cost.js';

/** A layer in a summary: a row of Keras's table. */
export interface LayerSummary {
  readonly name: string;
  /** The layer's Keras class: `Conv2D`, `BatchNormalization`, … */
  readonly type: string;
  /** Without the batch axis: [height, width, channels] or [features]. */
  readonly outputShape: Shape;
  /** The number of scalars in its parameters. */
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAdds: number;
  readonly activation?: string;
  /** Names of the layers whose results it takes; for an addition [branch, shortcut], in Keras Applications [shortcut, branch]. */
  readonly connectedTo: readonly string[];
  /** Its parameters, with the dialect's names: `conv1/kernel`. */
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly trainable: boolean;
  }[];
}

/** Options of `summarize`. */
export interface SummarizeOptions {
  /** The dialect that names the layers. Default: that of the network's family, else 'keras'. */
  readonly dialect?: DialectName;
}

/** A network's layers and totals. */
export interface Summary {
  /** The network's name. */
  readonly name: string;
  /** In the order of Keras's summary. */
  readonly layers: readonly LayerSummary[];
  readonly parameters: ParameterCount;
  /** For one image. */
  readonly multiplyAdds: number;
}

/** The layers in the order of `walk`. */
export function summarizeLayers(network: Network, dialect?: DialectName): readonly LayerSummary[] {
  const names = layerNames(network, dialect);
  const results = shapes(network);
  const costs = nodeMultiplyAdds(network);
  return walk(network).map((node, index): LayerSummary => {
    const { op, from } = node;
    const own = nodeParameters(node, results[from[0] ?? 0] as Shape);
    return {
      name: names[index] as string,
      type: kerasType(op),
      outputShape: results[index] as Shape,
      parameters: own.reduce((sum, parameter) => sum + elements(parameter.shape), 0),
      multiplyAdds: costs[index] as number,
      ...('activation' in op ? { activation: op.activation } : {}),
      connectedTo: kerasInputs(network, node).map((source) => names[source] as string),
      weights: own.map(({ role, shape, trainable }) => ({
        name: parameterName(network, index, role, dialect),
        shape,
        trainable,
      })),
    };
  });
}

/**
 * A network's summary, as Keras's `model.summary()`: its layers in Keras's order, and the totals. Throws
 * `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * summarize(createNetwork('course/resnet50')).parameters.total; // 23600006
 */
export function summarize(network: Network, options: SummarizeOptions = {}): Summary {
  const layers = summarizeLayers(network, options.dialect);
  return {
    name: network.name,
    layers: kerasOrder(network).map((index) => layers[index] as LayerSummary),
    parameters: countParameters(network),
    multiplyAdds: multiplyAdds(network),
  };
}

/** The widths of the columns of a 100-character table, as in Keras; narrower tables have no "Connected to" column. */
const kerasWidths = [33, 22, 12, 33];
const titles = ['Layer (type)', 'Output Shape', 'Param #', 'Connected to'];
const total = (widths: readonly number[]) => widths.reduce((a, b) => a + b, 0);

const count = (value: number) => value.toLocaleString('en-US');

/**
 * A summary as the table that Keras prints, with "Multiply-adds" added. `width` is the room in characters (default: 100, in
 * which Keras cuts long names). Where there is more, columns are as wide as what they hold; with less than 100 the table
 * leaves out "Connected to"; with less than 67 each layer has its shape and parameters on a line of their own.
 *
 * @example
 * console.log(formatSummary(summarize(network), { width: 80 }));
 */
export function formatSummary(summary: Summary, options: { width?: number } = {}): string {
  const room = options.width ?? 100;
  const layers = summary.layers.map((layer) => {
    const shape = ['None', ...layer.outputShape];
    const [first = '', ...others] = layer.connectedTo.map((name) => `${name}[0][0]`);
    const cells = [`${layer.name} (${layer.type})`, `(${shape.join(', ')})`, String(layer.parameters), first];
    return [cells, ...others.map((name) => ['', '', '', name])];
  });
  const widths = widthsFor(layers.flat(), room);
  const width = Math.min(room, total(widths));
  const line = (cells: readonly string[]) => {
    if (room < total(widths)) return [cells[0], `  ${cells.slice(1, 3).join('  ')}`].join('\n');
    let text = '';
    let end = 0;
    widths.forEach((columnWidth, column) => {
      end += columnWidth;
      text = (text + cells[column]).slice(0, end - 1).padEnd(end);
    });
    return text.trimEnd();
  };
  const rule = '_'.repeat(width);
  const rows = layers.flatMap((lines, index) => {
    const shown = widths.length > 3 ? lines : lines.slice(0, 1);
    return [...shown.map(line), index === layers.length - 1 ? '='.repeat(width) : rule];
  });
  return [
    rule,
    line(titles),
    '='.repeat(width),
    ...rows,
    `Total params: ${count(summary.parameters.total)}`,
    `Trainable params: ${count(summary.parameters.trainable)}`,
    `Non-trainable params: ${count(summary.parameters.nonTrainable)}`,
    `Multiply-adds: ${count(summary.multiplyAdds)}`,
    rule,
  ].join('\n');
}

/** Wide enough for every cell if there is room, else Keras's; without the last column if that is too much. */
function widthsFor(rows: readonly (readonly string[])[], room: number): readonly number[] {
  const fitting = kerasWidths.map((width, column) =>
    Math.max(width, ...rows.map((cells) => (cells[column] ?? '').length + 1)),
  );
  const narrow = kerasWidths.slice(0, 3);
  return [fitting, kerasWidths, fitting.slice(0, 3)].find((each) => total(each) <= room) ?? narrow;
}
