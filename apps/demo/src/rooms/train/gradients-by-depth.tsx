import { useMemo } from 'preact/hooks';
import { LineChart, type Line } from '../../charts/line-chart.js';
import { mergeCurves } from '../../charts/merge-curves.js';
import { count, laneTitle, large } from '../../components/words.js';
import { shown } from './conduct.js';
import { lanes as planned, setup } from './setup.js';
import { story, told } from './story.js';

/** The gradient's length by depth, as it is now: with shortcuts and without. */
export function GradientsByDepth() {
  void told.value; // the story grows in place
  const names = shown.value?.lanes ?? planned.value;
  const looks = names.map((name) => story[name].gradients);
  // The same data as long as no look is newer: then the chart is left as it is.
  const data = useMemo(
    () =>
      mergeCurves(
        looks.map((look) => ({
          steps: look?.depths ?? [],
          // A logarithm has no place for 0.
          values: look?.norms.map((norm) => Math.max(norm, 1e-30)) ?? [],
        })),
      ),
    looks,
  );
  const lines = names.map(
    (name): Line => ({
      title: laneTitle[name],
      color: name === 'residual' ? '--accent' : '--plain',
      dashed: name === 'plain',
      dots: true,
    }),
  );
  const step = looks.find((look) => look !== null)?.step;
  return (
    <div class="gradients">
      <LineChart
        title={`The gradient on its way back${step === undefined ? '' : `, at step ${step}`}`}
        summary={names.map((name) => spread(name)).join(' ')}
        xTitle="Layer, from the first to the last"
        yTitle="Length of the gradient"
        lines={lines}
        data={data}
        logarithmic
        height={280}
      />
      <Reading />
    </div>
  );
}

/** First and last, in words. */
function spread(name: 'residual' | 'plain'): string {
  const norms = story[name].gradients?.norms;
  const [first, last] = [norms?.[0], norms?.at(-1)];
  if (first === undefined || last === undefined) return `${laneTitle[name]}: not measured yet.`;
  return `${laneTitle[name]}: ${first.toExponential(1)} at the first layer, ${last.toExponential(1)} at the last.`;
}

/** What the chart says, from its own numbers. */
function Reading() {
  void told.value; // the story grows in place
  const residual = ratio('residual');
  const plain = ratio('plain');
  if (residual === null) {
    return (
      <p class="aside">
        Right to left: the gradient starts at the last layer. Where the line falls towards the left, the first
        layers hear almost nothing and can’t learn. The axis is logarithmic: each line up is ten times more.
      </p>
    );
  }
  if (plain === null) {
    return (
      <p class="aside">
        At the first layer the gradient is {times(residual)} at the last. Train the plain twin beside it to
        see what the shortcuts do.
      </p>
    );
  }
  const vanished = plain < 1e-3;
  return (
    <p class="aside">
      With shortcuts, the gradient at the first layer is {times(residual)} at the last; without,{' '}
      {times(plain)}.{' '}
      {vanished
        ? 'The plain network’s first layers stand still: this is the vanishing gradient. A shortcut adds its input to the block’s result, so that the gradient comes back along it undiminished.'
        : setup.value.network.normalized
          ? 'Normalization keeps it from vanishing; without shortcuts it is lopsided the other way, and one step can’t suit both ends.'
          : 'A shortcut adds its input to the block’s result, so that the gradient comes back along it undiminished.'}
    </p>
  );
}

function ratio(name: 'residual' | 'plain'): number | null {
  const norms = story[name].gradients?.norms;
  const [first, last] = [norms?.[0], norms?.at(-1)];
  return first === undefined || last === undefined || last === 0 ? null : first / last;
}

function times(share: number): string {
  if (share >= 0.1) return `${share < 10 ? share.toFixed(1) : count(Math.round(share))} times that`;
  return `${large(Math.round(1 / share))} times less than that`;
}
