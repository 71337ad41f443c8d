import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ResNetError, renamedNetworks } from '@resnetjs/core';
import { type Drawing, drawNetwork, formatSvg } from '@resnetjs/core/draw';
import { isHubName } from '@resnetjs/weights';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { printJson } from '../json/print-json.js';
import { buildBlock } from '../networks/build-block.js';
import { refuse } from '../options/refuse.js';
import { networksLister } from '../networks/build-network.js';
import { networkOptionsOf, findNetwork } from '../networks/find-network.js';
import { blockNames, renamedBlocks } from '../options/block-options.js';
import type { DrawCommandOptions } from '../options/command-options.js';
import { networkNames } from '../options/network-options.js';
import { unknownName } from '../options/unknown-name.js';
import { resnetCommand } from '../process/command-name.js';
import { shellArgument } from '../terminal/shell-argument.js';

/** Draws a network or a block to a file, or to standard output unless that is a terminal. */
export async function draw(name: string, options: DrawCommandOptions): Promise<void> {
  const { out, json, theme } = options;
  if (out !== undefined && !/\.svg$/i.test(out)) {
    throw new ResNetError(
      'bad-option',
      `--out ${out}: a drawing is an SVG file; give a name that ends in .svg.`,
      {
        out,
      },
    );
  }
  if (out === undefined && !json && process.stdout.isTTY) {
    const file = `${basename(name)}.svg`;
    throw new ResNetError(
      'bad-option',
      `A drawing is an SVG file, and standard output is a terminal. Give a file: ${resnetCommand} draw ${shellArgument(name)} --out ${shellArgument(file)}`,
      { option: '--out' },
    );
  }
  const drawing = await drawingOf(name, options);
  const svg = formatSvg(drawing, { theme });
  if (out !== undefined) await writeFileAtomically(out, new TextEncoder().encode(svg));
  if (json) printJson('draw', drawing);
  else if (out === undefined) process.stdout.write(svg);
  else process.stdout.write(`Wrote the drawing of ${drawing.title} to ${out}\n`);
}

async function drawingOf(name: string, options: DrawCommandOptions): Promise<Drawing> {
  const { detail, width } = options;
  const size = width === undefined ? {} : { width };
  const block = blockNames.find((known) => known === name);
  if (block !== undefined) {
    const ofNetworks = { ...networkOptionsOf(options), '--detail': detail };
    const ofFiles = { '--network': options.network, '--image-size': options.imageSize };
    refuse({ ...ofNetworks, ...ofFiles }, `is for networks, and ${name} is a block`);
    return drawNetwork(buildBlock(block, options), { ...size, title: name, block: { stage: 0, block: 0 } });
  }
  const { kernelSize, filters, stride, shortcut } = options;
  const ofBlocks = {
    '--kernel-size': kernelSize,
    '--filters': filters,
    '--stride': stride,
    '--shortcut': shortcut,
  };
  const renamed = Object.hasOwn(renamedBlocks, name) ? renamedBlocks[name] : undefined;
  if (renamed !== undefined && !existsSync(name)) {
    throw new ResNetError('unknown-name', `"${name}" is now ${renamed}.`, { name, known: blockNames });
  }
  if (
    !networkNames.some((known) => known === name) &&
    !existsSync(name) &&
    !isHubName(name) &&
    !Object.hasOwn(renamedNetworks, name)
  ) {
    unknownName('network or block', name, [...networkNames, ...blockNames], {
      lister: `${networksLister}; of blocks: ${blockNames.join(', ')}`,
    });
  }
  refuse(ofBlocks, `is for blocks (${blockNames.join(', ')}), not for ${name}`);
  const network = await findNetwork(name, options);
  return drawNetwork(network, { ...size, ...(detail ? { detail } : {}) });
}
