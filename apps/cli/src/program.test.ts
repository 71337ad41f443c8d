import { networks } from '@resnetjs/core';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { networkNames } from './options/network-options.js';
import { exitCodeOf } from './process/failure.js';
import { createProgram } from './program.js';

/** Runs the program in a terminal of this width, and collects its output. */
async function run(columns: number, ...args: string[]): Promise<{ output: string; code: number }> {
  let output = '';
  const program = createProgram();
  const write = (text: string) => {
    output += text;
  };
  const collect = (command: Command) =>
    command.configureOutput({
      writeOut: write,
      writeErr: write,
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    });
  collect(program);
  for (const command of program.commands) [command, ...command.commands].forEach(collect);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { output, code: 0 };
  } catch (error) {
    return { output, code: exitCodeOf(error) };
  }
}

describe('the command line', () => {
  it.each([
    [[]],
    [['networks']],
    [['summary']],
    [['draw']],
    [['augment']],
    [['train']],
    [['evaluate']],
    [['predict']],
    [['embed']],
    [['merge']],
    [['profile']],
    [['backends']],
    [['parity']],
    [['backends', 'install']],
    [['hub']],
    [['hub', 'fetch']],
    [['hub', 'verify']],
    [['hub', 'rm']],
  ])('has help that fits the terminal: %s', async (command) => {
    const { output, code } = await run(80, ...command, '--help');
    expect(code).toBe(0);
    expect(output).toMatchSnapshot();
    expect(output).toMatch(/Examples?:\n {2}\$ resnet /);
    for (const columns of [40, 80, 120]) {
      const { output } = await run(columns, ...command, '--help');
      const widest = Math.max(...output.split('\n').map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(columns);
    }
  });

  it.each([
    [['tarin'], /unknown command 'tarin'\n\(Did you mean train\?\)\n\(see --help\)/],
    [['fit'], /unknown command 'fit'\n\(Commands: networks, hub, summary, draw, augment, train, .*, help\)/],
    [['backends', 'instal'], /\(Did you mean install\?\)/],
    [['train', '--count', '3'], /unknown option '--count'\n\(see --help\)/],
    [['train', '--batchsize=3'], /\(Did you mean --batch-size\?\)/],
    [['train', '--valid', 'x'], /\(Did you mean --validation or --validation-split\?\)/],
    [['train', '--epochs', '2'], /required option '--data <source>' not specified/],
    [
      ['train', '--network', '', '--data', 'x'],
      /'--network <name>' argument '' is invalid\. It must not be empty/,
    ],
    [['train', '--stop-on', 'KILL'], /It must be USR1 or USR2/],
    [['train', '--nework', 'course/resnet50'], /unknown option '--nework'\n\(Did you mean --network\?\)/],
    [['train', '--lr', '1'], /unknown option '--lr'\n\(--lr is --learning-rate here\)\n/],
    [
      ['train', '--resize=bicubic'],
      /unknown option '--resize=bicubic'\n\(--resize is --interpolation here\)/,
    ],
    [['summary', 'x', '--lr', '1'], /unknown option '--lr'\n\(see --help\)/],
    [['train', '--data', 'x', '--out', ''], /'--out <path>' argument '' is invalid\. It must not be empty/],
    [['train', '--learning-rate', 'NaN'], /'NaN' is invalid\. It must be a positive number/],
    [['train', '--epochs', '0'], /'0' is invalid\. It must be a whole number of at least 1/],
    [['train', '--optimizer', 'lion'], /Allowed choices are adam, sgd/],
    [['summary', 'resnet50', '--output-stride', '4'], /'4' is invalid\. It must be 8, 16 or 32/],
    [['summary', 'resnet50', '--shortcut-option', 'a'], /Allowed choices are A, B, C/],
    [['train', '--stochastic-depth', '1'], /'1' is invalid\. It must be between 0 and 1/],
    [['evaluate', 'run'], /required option '--data <source>'/],
    [['predict'], /missing required argument 'model'/],
    [['embed', 'run', 'a.png'], /required option '--out <file>'/],
    [['merge'], /missing required argument 'out'/],
    [
      ['draw', 'identity', '--filters', '64,0'],
      /It must be whole numbers of at least 1, separated by commas/,
    ],
    [['summary', 'course/resnet50', 'more'], /too many arguments/],
    [['evaluate', '', '--data', 'x'], /argument 'model'\. It must not be empty/],
    [['backends', 'install'], /missing required argument 'backend'/],
    [['backends', 'install', 'nod'], /Allowed choices are node/],
    [[], /Usage: resnet/],
  ])('exits with 2 on wrong usage and says what is possible: %s', async (args, message) => {
    const { output, code } = await run(80, ...args);
    expect(code).toBe(2);
    expect(output).toMatch(message);
  });

  it('lists every network of the catalogue', () => {
    expect([...networkNames].sort()).toEqual(Object.keys(networks).sort());
  });
});
