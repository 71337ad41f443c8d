import type { Check } from './checks.js';
import type { Golden } from './golden.js';

/** docs/networks.md. */
export const pageUrl = new URL('../../../docs/networks.md', import.meta.url);

/** A network's golden, and how it compares. */
export interface NetworkResult {
  readonly golden: Golden;
  readonly checks: readonly Check[];
  readonly seconds: number;
}

/** The page of all networks, in Markdown. */
export function formatPage(results: readonly NetworkResult[], backend: string): string {
  return `# Networks

Each of these is the function that other software, or a paper, calls by that name: with the same weights and images it gives the same
logits, the same gradients and the same running statistics. torchvision's and timm's are compared with those libraries,
Keras's with Keras Applications, CIFAR's with PyTorch written from the papers, and MLPerf Tiny's with the graph in its file.
\`npm run goldens -- --all --write\` measures this anew and writes this page; the numbers to compare with, and the scripts that
computed them, are in [tooling/goldens](../tooling/goldens/README.md).

${sizes(results)}
The distances are relative L2 errors against float64, on ${backend}: of the logits in inference, the largest at three sizes of images (a
square, an odd one, one that isn't square); and of all gradients of one training step, beside what the source's own float32
loses there. They must be within 1e-4, and within four times that loss, which is large where values fall on the other side of a
ReLU's kink: there a gradient jumps. Of each kind of block, \`npm test\` compares a thin network that is off all kinks, in the float64
reference to nine digits.

| network | from | parameters | multiply-adds | logits | gradients | in the source's float32 |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${results.map(row).join('\n')}

Parameters are counted as the source does: Keras's include running statistics.
`;
}

function sizes(results: readonly NetworkResult[]): string {
  const lines = new Map<string, string[]>();
  for (const { golden } of results) {
    if (golden.counted === undefined) continue;
    const { input, classes } = golden.counted;
    const size = `${input[0]}² and ${classes.toLocaleString('en-US')} classes`;
    lines.set(size, [...(lines.get(size) ?? []), golden.network]);
  }
  const [first, second] = [...lines].sort(([, a], [, b]) => b.length - a.length);
  if (first === undefined || second === undefined) return '';
  return `Parameters and multiply-adds are counted at ${first[0]}; those of CIFAR and MLPerf at ${second[0]}.\n`;
}

function row({ golden, checks }: NetworkResult): string {
  const { network, source, counted, training } = golden;
  const largest = (kind: string) =>
    Math.max(...checks.filter(({ what }) => what.startsWith(kind)).map(({ apart }) => apart));
  const isKeras = source.includes('Keras');
  const cells = [
    `\`${network}\``,
    source,
    number(isKeras ? counted?.parameters : counted?.weights),
    number(counted?.multiplyAdds),
    largest('inference').toExponential(1),
    checks.find(({ what }) => what === 'gradients')?.apart.toExponential(1),
    training.floors.gradients.toExponential(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

const number = (value: number | undefined) => value?.toLocaleString('en-US') ?? '–';
