import { containerNames, type OpenedWeights } from '@resnetjs/weights';
import type { Inspection } from '../networks/inspect-file.js';
import { count, harmless, percent, plural, shown, size, table } from './format.js';
import { type Paint, unpainted } from './paint.js';
import { classWords, networkWords, preprocessingWords, unusedWords } from './weights-notes.js';
import { wrapped } from './wrapped.js';

interface InspectionLooks {
  /** The file as a network; null if none fits, and for a checkpoint. */
  readonly opened: OpenedWeights | null;
  readonly withTensors: boolean;
  readonly columns: number;
  readonly paint?: Paint;
}

/** More keys beside the weights than this are counted. */
const mostKeys = 20;

/** What is in a file of weights, a fact a line: `classes      10: airplane, …`. */
export function formatInspection(inspection: Inspection, looks: InspectionLooks): string {
  const { opened, columns, paint = unpainted } = looks;
  const { container, files, bytes, tensors } = inspection;
  const values = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const facts: (readonly [name: string, value: string | null])[] = [
    ['file', shown(inspection.file, Number.POSITIVE_INFINITY)],
    [
      'format',
      `${inspection.checkpoint ? 'ResNet.js checkpoint' : containerNames[container]}, ${files > 1 ? `${plural(files, 'file')}, ` : ''}${size(bytes)}`,
    ],
    ['tensors', `${count(tensors.length)} with ${count(values)} values: ${typesOf(tensors)}`],
    ...(opened ? networkFacts(inspection, opened) : withoutFile(inspection)),
    ['training', trainingWords(inspection)],
    ['beside', besideWords(inspection)],
    ['says', metadataWords(inspection)],
    ['config', inspection.configs.join(', ') || null],
  ];
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [fact(paint('bold', name.padEnd(width)), value, { width, columns })],
  );
  const list = looks.withTensors ? ['', tensorTable(inspection, columns)] : [];
  return [...lines, ...list].join('\n');
}

/** A fact, its value's further lines below its first. */
function fact(
  name: string,
  value: string,
  { width, columns }: { readonly width: number; readonly columns: number },
): string {
  return name + wrapped(value, { columns, indent: width }).trimStart();
}

function typesOf(tensors: Inspection['tensors']): string {
  const types = [...new Set(tensors.map(({ dtype }) => dtype))];
  return types.map((type) => `${tensors.filter(({ dtype }) => dtype === type).length} ${type}`).join(', ');
}

function networkFacts({ container, configs, parameters }: Inspection, opened: OpenedWeights) {
  const [height, width, channels] = opened.network.input;
  // An exporter's names of tensors are its own, whatever the network is.
  const names = container === 'onnx' ? '' : `, in the names of ${opened.dialect}`;
  return [
    ['network', networkWords(opened.network) + names],
    ['parameters', parameterWords(parameters)],
    ['input', `${height}×${width}×${channels}`],
    ['images', preprocessingWords(opened, configs)],
    ['classes', classWords(opened, configs)],
  ] as const;
}

/** Of a checkpoint, or of a file whose network isn't known. */
function withoutFile({ network, reason, parameters, classes }: Inspection) {
  if (network === null) return [['network', `none: ${reason}`]] as const;
  return [
    ['network', network],
    ['parameters', parameterWords(parameters)],
    ['classes', classes?.map((name) => shown(name, 20)).join(', ') ?? null],
  ] as const;
}

function parameterWords(parameters: Inspection['parameters']): string | null {
  if (parameters === null) return null;
  const { trainable, nonTrainable } = parameters;
  return nonTrainable === 0
    ? count(trainable)
    : `${count(trainable)}, and ${count(nonTrainable)} running statistics`;
}

function trainingWords({ training, checkpoint }: Inspection): string | null {
  if (checkpoint) {
    const { epoch, epochs, finishedEpochs } = checkpoint;
    const far =
      finishedEpochs >= epochs ? `all ${plural(epochs, 'epoch')} done` : `in epoch ${epoch} of ${epochs}`;
    return `a checkpoint, ${far}: resnet train --resume with its run's folder`;
  }
  const record = training as OpenedWeights['training'];
  if (record === null) return null;
  const { epochs, steps, data, backend, recipe, final, from } = record;
  const how = `${plural(epochs, 'epoch')} (${plural(steps, 'step')}) with ${recipe.optimizer.kind} on ${plural(data.images, 'image')} (${data.source}), on ${backend}`;
  const start = from ? `, from ${shown(from.file, 60)}` : '';
  return `${how}${start}; accuracy ${percent((final.validation ?? final.training).accuracy)} in ${final.validation ? 'validation' : 'training'}`;
}

function besideWords({ unused }: Inspection): string | null {
  const words = unused.map(
    ({ example, ...unused }) =>
      `${unusedWords(unused)}${example === null ? '' : `, such as ${shown(example, 60)}`}`,
  );
  return words.join('; ') || null;
}

function metadataWords({ metadata }: Inspection): string | null {
  const entries = Object.entries(metadata).filter(([key]) => !key.startsWith('resnetjs-')); // said above
  const words = entries.slice(0, mostKeys).map(([key, value]) => `${shown(key, 40)} ${shown(value, 60)}`);
  const more = entries.length > mostKeys ? [`${entries.length - mostKeys} more`] : [];
  return [...words, ...more].join('; ') || null;
}

function tensorTable({ tensors }: Inspection, columns: number): string {
  const shapes = tensors.map(({ shape }) => `[${shape.join(', ')}]`);
  const others = 2 + 5 + 2 + Math.max(5, ...shapes.map((text) => text.length));
  const width = columns === Number.POSITIVE_INFINITY ? columns : Math.max(12, columns - others);
  const rows = tensors.map(({ name, dtype }, index) => [
    columns === Number.POSITIVE_INFINITY ? harmless(name) : shown(name, width),
    dtype,
    shapes[index] as string,
  ]);
  return table(rows);
}
