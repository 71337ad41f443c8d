import { LineChart, type Line } from '../../charts/line-chart.js';
import { mergeCurves, type CurveData, thin } from '../../charts/merge-curves.js';
import { variantTitle, percent } from '../../components/format.js';
import type { Variant } from '../../worker/protocol.js';
import { shownTraining } from './training-control.js';
import { ownClasses } from './own-images.js';
import { setup, variants as planned } from './setup.js';
import { type Curve, historyVersion, trainingHistory } from './training-history.js';

const raw = ({ steps, values }: Curve): CurveData => thin({ steps, values });
const smooth = ({ steps, smoothed }: Curve): CurveData => thin({ steps, values: smoothed });

const lineOf: Readonly<Record<Variant, Omit<Line, 'title'>>> = {
  residual: { color: '--accent' },
  plain: { color: '--plain', dashed: true },
};

/** Loss by step, and accuracy on unseen images. */
export function Curves() {
  void historyVersion.value; // the history grows in place, so this signal re-renders the charts
  const names = shownTraining.value?.variants ?? planned.value;
  return (
    <div class="curves">
      <Loss names={names} classes={shownTraining.value?.classes.length ?? plannedClasses()} />
      <Accuracy names={names} />
    </div>
  );
}

/** How many classes the form's images have, as far as they are known. */
const plannedClasses = () => (setup.value.data === 'own' ? Math.max(2, ownClasses.value.length) : 6);

function Loss({ names, classes }: { readonly names: readonly Variant[]; readonly classes: number }) {
  const curves = names.flatMap((name) => [
    raw(trainingHistory[name].loss),
    smooth(trainingHistory[name].loss),
  ]);
  const lines = names.flatMap((name): Line[] => [
    { ...lineOf[name], title: `${variantTitle[name]}, each step`, faint: true, dashed: false },
    { ...lineOf[name], title: names.length > 1 ? variantTitle[name] : 'mean of about 20 steps' },
  ]);
  const summary = names
    .map((name) => {
      const last = trainingHistory[name].loss.smoothed.at(-1);
      return last === undefined ? 'No step yet' : `${variantTitle[name]}: ${last.toFixed(2)} now`;
    })
    .join('. ');
  return (
    <div>
      <LineChart
        title="Loss while learning"
        summary={summary}
        xTitle="Step"
        yTitle="Cross-entropy, nats"
        lines={lines}
        data={mergeCurves(curves)}
      />
      <p class="aside">
        How surprised the network is by the right answers: 0 if it was sure of each,{' '}
        {Math.log(classes).toFixed(2)} if it guesses among {classes}.
      </p>
    </div>
  );
}

function Accuracy({ names }: { readonly names: readonly Variant[] }) {
  const curves = names.flatMap((name) => [
    smooth(trainingHistory[name].accuracy),
    trainingHistory[name].validation,
  ]);
  const lines = names.flatMap((name): Line[] => [
    { ...lineOf[name], title: `${variantTitle[name]}, while learning`, faint: true, dashed: false },
    {
      ...lineOf[name],
      title: names.length > 1 ? `${variantTitle[name]}, unseen` : 'unseen pictures',
      dots: true,
    },
  ]);
  const summary = names
    .map((name) => {
      const last = trainingHistory[name].validation.values.at(-1);
      return last === undefined
        ? 'Not evaluated yet'
        : `${variantTitle[name]}: ${percent(last)} of unseen pictures`;
    })
    .join('. ');
  return (
    <div>
      <LineChart
        title="Accuracy"
        summary={summary}
        xTitle="Step"
        yTitle="Pictures recognized"
        lines={lines}
        data={mergeCurves(curves)}
        range={[0, 1]}
        format={(value) => percent(value)}
      />
      <p class="aside">
        The share of pictures that it recognizes. Dots: pictures that it never trained on, after each epoch.
        The pale line: those it learns from.
      </p>
    </div>
  );
}
