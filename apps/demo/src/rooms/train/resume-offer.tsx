import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Notice } from '../../components/notice.js';
import { count } from '../../components/format.js';
import { occupied } from '../../engine/session.js';
import { trainsElsewhere } from '../../storage/training-lock.js';
import { deleteTraining, savedTraining, resume } from './training-control.js';

/** A training of an earlier visit, or one that was stopped: to resume, or to discard. */
export function ResumeOffer() {
  const saved = savedTraining.value;
  const elsewhere = useSignal(false);
  useEffect(() => {
    if (saved === null) return;
    void trainsElsewhere().then((does) => {
      elsewhere.value = does;
    });
  }, [saved]);
  if (saved === null || occupied.value) return null;
  const when = new Date(saved.savedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Notice kind="info" title="A training is waiting">
      <p>
        It is at step {count(saved.step)} of {count(saved.steps)}, kept in this browser on {when}. Starting
        another one replaces it.
        {elsewhere.value && ' Another tab of this page is training now, and keeps its own here.'}
      </p>
      <div class="row">
        <button type="button" class="button" onClick={() => void resume()}>
          Resume it
        </button>
        <button type="button" class="link" onClick={() => void deleteTraining()}>
          Discard it
        </button>
      </div>
    </Notice>
  );
}
