import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Notice } from '../../components/notice.js';
import { count } from '../../components/words.js';
import { occupied } from '../../engine/session.js';
import { trainsElsewhere } from '../../storage/training-lock.js';
import { forgetTraining, keptTraining, resume } from './conduct.js';

/** A training of an earlier visit, or one that was stopped: to go on with, or to let go. */
export function KeptOffer() {
  const kept = keptTraining.value;
  const elsewhere = useSignal(false);
  useEffect(() => {
    if (kept === null) return;
    void trainsElsewhere().then((does) => {
      elsewhere.value = does;
    });
  }, [kept]);
  if (kept === null || occupied.value) return null;
  const when = new Date(kept.savedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Notice kind="word" title="A training is waiting">
      <p>
        It stands at step {count(kept.step)} of {count(kept.steps)}, kept in this browser on {when}. Starting
        another one replaces it.
        {elsewhere.value && ' Another tab of this page is training now, and keeps its own here.'}
      </p>
      <div class="row">
        <button type="button" class="button" onClick={() => void resume()}>
          Go on with it
        </button>
        <button type="button" class="link" onClick={() => void forgetTraining()}>
          Let it go
        </button>
      </div>
    </Notice>
  );
}
