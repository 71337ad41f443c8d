import { containerNames, type OpenedWeights } from '@resnetjs/weights';
import type { Output } from '../json/outputs.js';
import { plural, shown, size } from './format.js';
import { classWords, networkWords, preprocessingWords, unusedWords } from './weights-notes.js';
import { wrapped } from './wrapped.js';

interface ConversionLooks {
  readonly opened: OpenedWeights;
  readonly target: { readonly inFolder: boolean };
  readonly columns: number;
}

/** What was converted: what was read, what was assumed, what is not in the new file, what halves cost, and where it is. */
export function formatConversion(
  {
    container,
    configs,
    written,
    writtenNames,
    format,
    bytes,
    leftOut,
    notSaid,
    half,
    onnx,
  }: Output<'convert'>,
  { opened, target, columns }: ConversionLooks,
): string {
  const isOwn = format === 'resnetjs';
  const isAssumed = [opened.classesFrom, opened.preprocessingFrom].includes('assumed');
  const left = leftOut.map(unusedWords).join(', ');
  const withoutConfig = format === 'safetensors' && target.inFolder && written.length === 1;
  const lines = [
    `Read ${networkWords(opened.network)}: ${containerNames[container]}, in the names of ${opened.dialect}`,
    ...(isAssumed && format !== 'pytorch'
      ? [`images: ${preprocessingWords(opened, configs)}`, `classes: ${classWords(opened, configs)}`]
      : []),
    ...(left === '' ? [] : [`left out: ${left}`]),
    ...(notSaid.length === 0
      ? []
      : [`not in the new file, whose format has no place for it: ${notSaid.join(', ')}`]),
    ...(withoutConfig ? ['without config.json: timm has no such network'] : []),
    ...(half === null ? [] : [halfWords(half)]),
    ...(onnx === null ? [] : [onnxWords(onnx)]),
    `Wrote ${shown(writtenWords(written), Number.POSITIVE_INFINITY)} (${size(bytes)}${isOwn ? '' : `, in the names of ${writtenNames}`})`,
  ];
  return lines.map((line) => wrapped(line, { columns })).join('\n');
}

function onnxWords({ opset, input, output, folded }: NonNullable<Output<'convert'>['onnx']>): string {
  const value = ({ name, shape }: typeof input) => `${name} [${shape.join(', ')}]`;
  const folds = folded === 0 ? '' : `; ${plural(folded, 'normalization')} folded into convolutions`;
  return `opset ${opset}: from ${value(input)} to ${value(output)}${folds}`;
}

function writtenWords([first = '', ...others]: readonly string[]): string {
  return others.length > 1
    ? `${first} and ${others.length} files beside it`
    : [first, ...others].join(' and ');
}

function halfWords({ relative, infinite, small }: NonNullable<Output<'convert'>['half']>): string {
  const changed = `halves change values by up to ${(100 * relative).toPrecision(2)}%`;
  const tiny = small === 0 ? '' : `; ${plural(small, 'value')} below 6.1e-5 lost more`;
  const large =
    infinite === 0
      ? ''
      : `; ${plural(infinite, 'value')} above 65,504 became infinite, with which nothing can be computed`;
  return changed + tiny + large;
}
