import { useMemo } from 'preact/hooks';
import { LineChart, type Line } from '../../charts/line-chart.js';
import { mergeCurves } from '../../charts/merge-curves.js';
import { count, laneTitle, large } from '../../components/words.js';
import { shown } from './conduct.js';
import { depth, lanes as planned } from './setup.js';
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
        [1, depth.value],
      ),
    [...looks, depth.value],
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
        summary={names.map(ends).join(' ')}
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
function ends(name: 'residual' | 'plain'): string {
  const norms = story[name].gradients?.norms;
  const [first, last] = [norms?.[0], norms?.at(-1)];
  if (first === undefined || last === undefined) return `${laneTitle[name]}: not measured yet.`;
  return `${laneTitle[name]}: ${first.toExponential(1)} at the first layer, ${last.toExponential(1)} at the last.`;
}

/** What the chart says, from its own numbers. */
function Reading() {
  void told.value; // the story grows in place
  const first = { residual: firstOf('residual'), plain: firstOf('plain') };
  if (first.residual === undefined) {
    return (
      <p class="aside">
        Right to left: the gradient starts at the last layer. Where the line falls towards the left, the first
        layers hear almost nothing and can’t learn. The axis is logarithmic: each line up is ten times more.
      </p>
    );
  }
  if (first.plain === undefined) {
    return (
      <p class="aside">
        The first layer gets a gradient of {first.residual.toPrecision(2)}. Train the plain twin beside it to
        see what the shortcuts do.
      </p>
    );
  }
  if (first.plain < first.residual / 1000) {
    return (
      <p class="aside">
        With shortcuts, the first layer gets a gradient of {first.residual.toPrecision(2)}; without,{' '}
        {large(Math.round(first.residual / Math.max(first.plain, 1e-30)))} times less. The plain network’s
        first layers stand still: this is the vanishing gradient. A shortcut adds its input to the block’s
        result, so that the gradient comes back along it undiminished.
      </p>
    );
  }
  return (
    <p class="aside">
      Here it does not vanish{shown.value?.normalized && ': normalization keeps every layer in range'}. From
      layer to layer it differs {spread('residual')}-fold with shortcuts, and {spread('plain')}-fold without.
      <Lag />
    </p>
  );
}

/** Whether the plain twin learns more slowly, from the losses as they are. */
function Lag() {
  void told.value; // the story grows in place
  const residual = story.residual.loss.smoothed.at(-1);
  const plain = story.plain.loss.smoothed.at(-1);
  if (residual === undefined || plain === undefined || plain - residual < 0.1) return null;
  return (
    <>
      {' '}
      And still the plain twin lags: its loss is {plain.toFixed(2)} where the other’s is {residual.toFixed(2)}
      . Without shortcuts, more layers are harder to teach.
    </>
  );
}

/** How many times longer the longest gradient is than the shortest. */
function spread(name: 'residual' | 'plain'): string {
  const norms = story[name].gradients?.norms ?? [];
  return count(Math.round(Math.max(...norms) / Math.min(...norms)));
}

function firstOf(name: 'residual' | 'plain'): number | undefined {
  return story[name].gradients?.norms[0];
}
