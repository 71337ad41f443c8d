import { useSignal } from '@preact/signals';
import { Confusion } from '../../components/confusion.js';
import { download } from '../../components/download.js';
import { Notice } from '../../components/notice.js';
import { percent } from '../../components/words.js';
import { wordsOf } from '../../engine/engine.js';
import { useEngine } from '../../engine/session.js';
import { shown, status } from './conduct.js';
import { lastAccuracy, story, storyAsCsv, told } from './story.js';

/** What came of it: to use, to take home. */
export function Results() {
  void told.value; // the story grows in place
  const problem = useSignal<string | null>(null);
  const now = status.value;
  if (now.is !== 'done') return null;
  const main = shown.value?.lanes[0] ?? 'residual';
  const accuracy = lastAccuracy(main);
  const { confusion } = story[main];
  const save = async () => {
    problem.value = null;
    try {
      const engine = await useEngine();
      download(await engine.ask('modelFile', null), 'model.safetensors');
    } catch (error) {
      problem.value = wordsOf(error);
    }
  };
  return (
    <section class="results" aria-labelledby="results">
      <h2 id="results">
        {accuracy === undefined ? 'The model' : `${percent(accuracy, 1)} of unseen pictures named right`}
      </h2>
      <p>
        The model is kept in this browser. As a file it is read by the command line, too:{' '}
        <code>resnet evaluate model.safetensors --data …</code>
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
          onClick={() => download(new Blob([storyAsCsv()], { type: 'text/csv' }), 'training.csv')}
        >
          Download the figures
        </button>
      </div>
      {problem.value !== null && <Notice kind="problem">{problem.value}</Notice>}
      {confusion !== null && <Confusion classes={shown.value?.classes ?? []} confusion={confusion} />}
    </section>
  );
}
