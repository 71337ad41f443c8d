import { networks } from '@resnetjs/core';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from './process/failure.js';
import { networkNames } from './options/network-options.js';
import { createProgram } from './program.js';

/** Runs the program with its output collected. */
async function run(...args: string[]): Promise<{ output: string; code: number }> {
  let output = '';
  const program = createProgram();
  const write = (text: string) => {
    output += text;
  };
  const collect = (command: Command) =>
    command.configureOutput({
      writeOut: write,
      writeErr: write,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
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
    [['summary']],
    [['draw']],
    [['train']],
    [['evaluate']],
    [['predict']],
    [['backends']],
    [['parity']],
    [['backends', 'install']],
  ])('explains itself: %s', async (command) => {
    const { output, code } = await run(...command, '--help');
    expect(code).toBe(0);
    expect(output).toMatchSnapshot();
    expect(output).toMatch(/Examples?:\n {2}\$ resnet /);
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(88);
  });

  it.each([
    [['tarin'], /unknown command 'tarin'\n\(Did you mean train\?\)/],
    [['train', '--nework', 'course/resnet50'], /unknown option '--nework'\n\(Did you mean --network\?\)/],
    [['train', '--network', 'course/resnet50', '--data', 'x'], /required option '--out <folder>'/],
    [
      ['train', '--network', 'course/resnet50', '--data', 'x', '--out', ''],
      /required option '--out <folder>'/,
    ],
    [['train', '--learning-rate', 'NaN'], /'NaN' is invalid\. It must be a positive number/],
    [['train', '--epochs', '0'], /'0' is invalid\. It must be a whole number of at least 1/],
    [['train', '--optimizer', 'lion'], /Allowed choices are adam, sgd/],
    [['evaluate', 'run'], /required option '--data <source>'/],
    [['predict', 'run'], /missing required argument 'images'/],
    [['draw', 'identity', '--filters', '64,0'], /It must be whole numbers of at least 1 with commas between/],
    [['summary', 'course/resnet50', 'more'], /too many arguments/],
    [['backends', 'install'], /missing required argument 'backend'/],
    [['backends', 'install', 'nod'], /Allowed choices are node/],
    [[], /Usage: resnet/],
  ])('answers wrong usage with 2 and what is possible: %s', async (args, message) => {
    const { output, code } = await run(...args);
    expect(code).toBe(2);
    expect(output).toMatch(message);
  });

  it('names every network of the catalogue', () => {
    expect([...networkNames].sort()).toEqual(Object.keys(networks).sort());
  });
});
