import { useMemo } from 'preact/hooks';
import { LineChart, type Line } from '../../charts/line-chart.js';
import { mergeCurves } from '../../charts/merge-curves.js';
import { count, variantTitle, large } from '../../components/format.js';
import { shownTraining } from './training-control.js';
import { depth, variants as planned } from './setup.js';
import { historyVersion, trainingHistory } from './training-history.js';

/** The newest gradient norms by depth, with shortcuts and without. */
export function GradientsByDepth() {
  void historyVersion.value; // the history grows in place
  const names = shownTraining.value?.variants ?? planned.value;
  const measured = names.map((name) => trainingHistory[name].gradients);
  // The same object until there are newer norms, so that the chart isn't set up again.
  const data = useMemo(
    () =>
      mergeCurves(
        measured.map((gradients) => ({
          steps: gradients?.depths ?? [],
          // The axis is logarithmic.
          values: gradients?.norms.map((norm) => Math.max(norm, 1e-30)) ?? [],
        })),
        [1, depth.value],
      ),
    [...measured, depth.value],
  );
  const lines = names.map(
    (name): Line => ({
      title: variantTitle[name],
      color: name === 'residual' ? '--accent' : '--plain',
      dashed: name === 'plain',
      dots: true,
    }),
  );
  const step = measured.find((gradients) => gradients !== null)?.step;
  return (
    <div class="gradients">
      <LineChart
        title={`The gradient by layer${step === undefined ? '' : `, at step ${step}`}`}
        summary={names.map(summarize).join(' ')}
        xTitle="Layer, from the first to the last"
        yTitle="Length of the gradient"
        lines={lines}
        data={data}
        logarithmic
        height={280}
      />
      <Explanation />
    </div>
  );
}

/** The first and the last norm, for screen readers. */
function summarize(name: 'residual' | 'plain'): string {
  const norms = trainingHistory[name].gradients?.norms;
  const [first, last] = [norms?.[0], norms?.at(-1)];
  if (first === undefined || last === undefined) return `${variantTitle[name]}: not measured yet.`;
  return `${variantTitle[name]}: ${first.toExponential(1)} at the first layer, ${last.toExponential(1)} at the last.`;
}

/** An explanation of the chart, from its own numbers. */
function Explanation() {
  void historyVersion.value; // the history grows in place
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
        first layers learn nothing: this is the vanishing gradient. A shortcut adds its input to the block’s
        result, so that the gradient has a way back past the block’s layers.
      </p>
    );
  }
  return (
    <p class="aside">
      Here it does not vanish{shownTraining.value?.normalized && ': normalization keeps every layer in range'}
      . From layer to layer it differs {spread('residual')}-fold with shortcuts, and {spread('plain')}-fold
      without.
      <Lag />
    </p>
  );
}

/** Says so if the plain twin learns more slowly, going by the current losses. */
function Lag() {
  void historyVersion.value; // the history grows in place
  const residual = trainingHistory.residual.loss.smoothed.at(-1);
  const plain = trainingHistory.plain.loss.smoothed.at(-1);
  if (residual === undefined || plain === undefined || plain - residual < 0.1) return null;
  return (
    <>
      {' '}
      And still the plain twin lags: its loss is {plain.toFixed(2)} while the other’s is {residual.toFixed(2)}
      . Without shortcuts, more layers are harder to teach.
    </>
  );
}

/** The ratio of the largest norm to the smallest. */
function spread(name: 'residual' | 'plain'): string {
  const norms = trainingHistory[name].gradients?.norms ?? [];
  return count(Math.round(Math.max(...norms) / Math.min(...norms)));
}

function firstOf(name: 'residual' | 'plain'): number | undefined {
  return trainingHistory[name].gradients?.norms[0];
}
