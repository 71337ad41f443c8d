import { useSignal } from '@preact/signals';
import { Confusion } from '../../components/confusion.js';
import { download } from '../../components/download.js';
import { Notice } from '../../components/notice.js';
import { count, percent } from '../../components/format.js';
import { messageOf } from '../../engine/engine.js';
import { getEngine } from '../../engine/session.js';
import { shownTraining, status } from './training-control.js';
import { bestAccuracy, historyAsCsv, historyVersion, trainingHistory } from './training-history.js';

/** The result of a finished training, to use or to download. */
export function Results() {
  void historyVersion.value; // the history grows in place
  const problem = useSignal<string | null>(null);
  const now = status.value;
  if (now.is !== 'done') return null;
  const main = shownTraining.value?.variants[0] ?? 'residual';
  const { accuracy } = now.end.model; // null if it was stopped after its last evaluation
  const best = bestAccuracy(main);
  const { confusion } = trainingHistory[main];
  const save = async () => {
    problem.value = null;
    try {
      const engine = await getEngine();
      download(await engine.request('modelFile', { format: 'resnetjs' }), 'model.safetensors');
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  return (
    <section class="results" aria-labelledby="results">
      <h2 id="results">
        {accuracy === null ? 'The model' : `${percent(accuracy, 1)} of unseen pictures recognized`}
      </h2>
      {best !== null && best.accuracy > (accuracy ?? 0) && (
        <p>
          {accuracy === null && 'It was stopped before it was evaluated. '}
          The best so far was {percent(best.accuracy, 1)}, after step {count(best.step)}; this is the last
          one.
        </p>
      )}
      <p>
        {now.end.isModelKept
          ? 'The model is kept in this browser.'
          : 'The model is kept only while this page is open: download it.'}{' '}
        The command line reads it, too, as a file: <code>resnet evaluate model.safetensors --data …</code>
      </p>
      <div class="row">
        <a class="button primary" href="#use">
          Use it
        </a>
        <button type="button" class="button" onClick={() => void save()}>
          Download the model
        </button>
        <button
          type="button"
          class="button"
          onClick={() => download(new Blob([historyAsCsv()], { type: 'text/csv' }), 'training.csv')}
        >
          Download the figures
        </button>
      </div>
      {problem.value !== null && <Notice kind="problem">{problem.value}</Notice>}
      {confusion !== null && accuracy !== null && (
        <Confusion classes={shownTraining.value?.classes ?? []} confusion={confusion} />
      )}
    </section>
  );
}
