import { LineChart, type Line } from '../../charts/line-chart.js';
import { mergeCurves, type PlainCurve, thin } from '../../charts/merge-curves.js';
import { laneTitle, percent } from '../../components/words.js';
import type { Lane } from '../../worker/protocol.js';
import { shown } from './conduct.js';
import { lanes as planned } from './setup.js';
import { type Curve, story, told } from './story.js';

const raw = ({ steps, values }: Curve): PlainCurve => thin({ steps, values });
const smooth = ({ steps, smoothed }: Curve): PlainCurve => thin({ steps, values: smoothed });

const lineOf: Readonly<Record<Lane, Omit<Line, 'title'>>> = {
  residual: { color: '--accent' },
  plain: { color: '--plain', dashed: true },
};

/** Loss by step, and accuracy on unseen images. */
export function Curves() {
  void told.value; // the story grows in place; what is drawn beneath reads no signal, and so is drawn with this
  const names = shown.value?.lanes ?? planned.value;
  return (
    <div class="curves">
      <Loss names={names} classes={shown.value?.classes.length ?? 6} />
      <Accuracy names={names} />
    </div>
  );
}

function Loss({ names, classes }: { readonly names: readonly Lane[]; readonly classes: number }) {
  const curves = names.flatMap((name) => [raw(story[name].loss), smooth(story[name].loss)]);
  const lines = names.flatMap((name): Line[] => [
    { ...lineOf[name], title: `${laneTitle[name]}, each step`, faint: true, dashed: false },
    { ...lineOf[name], title: names.length > 1 ? laneTitle[name] : 'mean of about 20 steps' },
  ]);
  const summary = names
    .map((name) => {
      const last = story[name].loss.smoothed.at(-1);
      return last === undefined ? 'No step yet' : `${laneTitle[name]}: ${last.toFixed(2)} now`;
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
        How surprised the network is by the right answers: 0 where it was sure of each;{' '}
        {Math.log(classes).toFixed(2)} is guessing among {classes}.
      </p>
    </div>
  );
}

function Accuracy({ names }: { readonly names: readonly Lane[] }) {
  const curves = names.flatMap((name) => [smooth(story[name].accuracy), story[name].validation]);
  const lines = names.flatMap((name): Line[] => [
    { ...lineOf[name], title: `${laneTitle[name]}, while learning`, faint: true, dashed: false },
    {
      ...lineOf[name],
      title: names.length > 1 ? `${laneTitle[name]}, unseen` : 'unseen pictures',
      dots: true,
    },
  ]);
  const summary = names
    .map((name) => {
      const last = story[name].validation.values.at(-1);
      return last === undefined
        ? 'Not judged yet'
        : `${laneTitle[name]}: ${percent(last)} of unseen pictures`;
    })
    .join('. ');
  return (
    <div>
      <LineChart
        title="Named right"
        summary={summary}
        xTitle="Step"
        yTitle="Share of pictures"
        lines={lines}
        data={mergeCurves(curves)}
        range={[0, 1]}
        format={(value) => percent(value)}
      />
      <p class="aside">
        Dots: pictures that the network never trained on, after each epoch. The pale line: those it learns
        from.
      </p>
    </div>
  );
}
