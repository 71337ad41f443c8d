// npm run goldens -- NAME…: networks of the family against what they compute where they come from.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { RegisteredBackend } from '@resnetjs/backend';
import type { NetworkName } from '@resnetjs/core';
import { checkGolden } from './check-golden.js';
import { goldenNames, readGolden } from './golden.js';
import { formatPage, type NetworkResult, pageUrl } from './page.js';

const backends = {
  wasm: async () => (await import('@resnetjs/backend-wasm')).register(),
  node: async () => (await import('@resnetjs/backend-node')).register(),
} as const satisfies Record<string, () => Promise<RegisteredBackend>>;

const usage = `npm run goldens -- NAME… [options]

Builds each network, computes logits at several sizes and one training step with the same weights and images as the program that
it comes from, and compares them with what that computed (tooling/goldens).

  --all           every network: ${goldenNames.join(', ')}
  --backend NAME  ${Object.keys(backends).join(' or ')} (default: wasm)
  --write         write docs/networks.md; with --all, if every network passes`;

class UsageError extends Error {}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      backend: { type: 'string', default: 'wasm' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  const unknown = positionals.filter((each) => !(goldenNames as readonly string[]).includes(each));
  if (unknown.length > 0) throw new UsageError(`There is no golden of ${unknown.join(', ')}.\n\n${usage}`);
  if (!Object.hasOwn(backends, values.backend))
    throw new UsageError(`--backend: ${values.backend}\n\n${usage}`);
  if (values.all === positionals.length > 0) throw new UsageError(usage);
  if (values.write && !values.all)
    throw new UsageError('--write takes --all: the page has a row for every network.');
  return {
    ...values,
    backend: values.backend as keyof typeof backends,
    names: values.all ? goldenNames : (positionals as NetworkName[]),
  };
}

async function check(name: NetworkName): Promise<NetworkResult> {
  const start = performance.now();
  const golden = readGolden(name);
  const checks = await checkGolden(golden);
  return { golden, checks, seconds: (performance.now() - start) / 1000 };
}

async function main() {
  const { names, backend, write } = readArguments();
  await backends[backend]();
  const results: NetworkResult[] = [];
  for (const name of names) {
    const result = await check(name);
    results.push(result);
    printResult(name, result);
  }
  const failed = results.filter(({ checks }) => checks.some(({ passed }) => !passed));
  console.log(`${results.length - failed.length} of ${results.length} networks agree, on ${backend}`);
  if (write && failed.length === 0) writeFileSync(pageUrl, formatPage(results, backend));
  return failed.length === 0 ? 0 : 1;
}

/** The largest error, among those of a kind of comparison, in parts of what is allowed. */
function printResult(name: string, { checks, seconds }: NetworkResult) {
  const of = (kind: string) => {
    const own = checks.filter(({ what }) => what.startsWith(kind));
    const [first] = [...own].sort((a, b) => b.apart / b.allowed - a.apart / a.allowed);
    return first === undefined ? '–' : `${first.apart.toExponential(1)} of ${first.allowed.toExponential(1)}`;
  };
  const passed = checks.every((each) => each.passed);
  const kinds = ['inference', 'training', 'loss', 'gradients', 'running'];
  const cells = kinds.map((kind) => `${kind} ${of(kind)}`);
  console.log(`${passed ? '✓' : '✗'} ${name}: ${cells.join(', ')}; ${seconds.toFixed(1)} s`);
  for (const each of checks) if (!each.passed) console.log(`    ${each.message}`);
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
}
