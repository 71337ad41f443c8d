import type { Drawing } from '@resnetjs/core/draw';
import { Circle } from './circle.js';

const entries = [
  ['identity', 'identity shortcut: the input, added as it is'],
  ['projection', 'projection shortcut: brought to the new size first'],
  ['subsampled', 'subsampled shortcut: brought to the new size with nothing to learn'],
  ['conv', 'convolution'],
  ['norm', 'batch normalization'],
  ['act', 'activation'],
  ['pool', 'pooling'],
  ['gate', 'gate: turns channels down'],
  ['dense', 'dense layer'],
] as const;

/** The legend, of the lines and shades that the drawing has. */
export function Key({ drawing }: { readonly drawing: Drawing }) {
  const kinds = new Set<string>([
    ...drawing.nodes.flatMap(({ kind, bars }) => [kind, ...bars.map((bar) => bar.kind)]),
    ...drawing.edges.map(({ kind }) => kind),
  ]);
  return (
    <ul class="key" aria-label="Legend of the drawing">
      {entries
        .filter(([kind]) => kinds.has(kind))
        .map(([kind, meaning]) => (
          <li key={kind}>
            <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
              {kind === 'identity' || kind === 'projection' || kind === 'subsampled' ? (
                <g class={`edge ${kind}`}>
                  <path class="wire" d="M1 7h24" />
                </g>
              ) : (
                <g class={`node ${kind}`}>
                  {kind === 'gate' ? (
                    <Circle kind={kind} x={6} y={0} width={14} />
                  ) : (
                    <rect class="shape" x="1" y="1" width="24" height="12" rx="3" />
                  )}
                </g>
              )}
            </svg>
            {meaning}
          </li>
        ))}
    </ul>
  );
}
