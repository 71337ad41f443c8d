import { existsSync } from 'node:fs';
import { type Drawing, drawNetwork, formatSvg, ResNetError } from '@resnetjs/core';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { blockNames } from '../block-options.js';
import { buildBlock } from '../build-block.js';
import { refuse } from '../build-network.js';
import type { DrawCommandOptions } from '../command-options.js';
import { describing, findNetwork } from '../find-network.js';
import { unknownName } from '../nearest.js';
import { networkNames } from '../network-options.js';
import { resnetCommand } from '../resnet-command.js';

/** Draws a network or a block: to a file, or to standard output where that is no terminal. */
export async function draw(
  name: string,
  options: DrawCommandOptions,
  initializersGiven: boolean,
): Promise<void> {
  const { out, json, theme } = options;
  if (out !== undefined && !/\.svg$/i.test(out)) {
    throw new ResNetError('bad-option', `--out ${out}: a drawing is SVG; give a file that ends with .svg.`, {
      out,
    });
  }
  if (out === undefined && !json && process.stdout.isTTY) {
    const command = `${resnetCommand} draw ${name}`;
    throw new ResNetError(
      'bad-option',
      `A drawing is a file for a browser: say where to, with ${command} --out ${name}.svg`,
      { option: '--out' },
    );
  }
  const drawing = await drawingOf(name, options, initializersGiven);
  const svg = formatSvg(drawing, { theme });
  if (out !== undefined) await writeFileAtomically(out, new TextEncoder().encode(svg));
  if (json) process.stdout.write(`${JSON.stringify(drawing)}\n`);
  else if (out === undefined) process.stdout.write(svg);
  else process.stdout.write(`${drawing.title} is drawn in ${out}\n`);
}

async function drawingOf(
  name: string,
  options: DrawCommandOptions,
  initializersGiven: boolean,
): Promise<Drawing> {
  const { detail, width } = options;
  const size = width === undefined ? {} : { width };
  const block = blockNames.find((known) => known === name);
  if (block !== undefined) {
    const { '--plain': _, ...others } = describing(options, initializersGiven);
    refuse({ ...others, '--detail': detail }, `is for networks; ${name} is a block, drawn with its layers`);
    return drawNetwork(buildBlock(block, options), { ...size, block: { stage: 0, block: 0 } });
  }
  const { kernelSize, filters, stride } = options;
  const ofBlocks = { '--kernel-size': kernelSize, '--filters': filters, '--stride': stride };
  if (!networkNames.some((known) => known === name) && !existsSync(name)) {
    unknownName('network or block', name, [...networkNames, ...blockNames]);
  }
  refuse(ofBlocks, `is for blocks (${blockNames.join(', ')}), not for ${name}`);
  const network = await findNetwork(name, options, initializersGiven);
  return drawNetwork(network, { ...size, ...(detail ? { detail } : {}) });
}
