import { existsSync } from 'node:fs';
import { ResNetError, renamedNetworks } from '@resnetjs/core';
import { type Drawing, drawNetwork, formatSvg } from '@resnetjs/core/draw';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { blockNames } from '../options/block-options.js';
import { buildBlock } from '../networks/build-block.js';
import { refuse } from '../networks/build-network.js';
import type { DrawCommandOptions } from '../options/command-options.js';
import { describing, findNetwork } from '../networks/find-network.js';
import { unknownName } from '../options/unknown-name.js';
import { networkNames } from '../options/network-options.js';
import { resnetCommand } from '../process/command-name.js';

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
    refuse(
      { ...describing(options, initializersGiven), '--detail': detail },
      `is for networks; ${name} is a block, drawn with its layers`,
    );
    return drawNetwork(buildBlock(block, options), { ...size, title: name, block: { stage: 0, block: 0 } });
  }
  const { kernelSize, filters, stride, shortcut } = options;
  const ofBlocks = {
    '--kernel-size': kernelSize,
    '--filters': filters,
    '--stride': stride,
    '--shortcut': shortcut,
  };
  if (
    !networkNames.some((known) => known === name) &&
    !existsSync(name) &&
    !Object.hasOwn(renamedNetworks, name)
  ) {
    unknownName('network or block', name, [...networkNames, ...blockNames]);
  }
  refuse(ofBlocks, `is for blocks (${blockNames.join(', ')}), not for ${name}`);
  const network = await findNetwork(name, options, initializersGiven);
  return drawNetwork(network, { ...size, ...(detail ? { detail } : {}) });
}
