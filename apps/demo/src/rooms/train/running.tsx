import { Notice } from '../../components/notice.js';
import { count, duration, percent } from '../../components/words.js';
import { aside, pace, pause, saved, saveProblem, start, status, stop } from './conduct.js';

/** How far it is, how fast, and the buttons that hold it. */
export function Running() {
  const now = status.value;
  return (
    <div class="running">
      <Words />
      {saveProblem.value !== null && (
        <Notice
          kind="problem"
          title="No checkpoint could be kept"
          onClose={() => {
            saveProblem.value = null;
          }}
        >
          {saveProblem.value} The training goes on; if the page is loaded again before it ends, it is lost.
        </Notice>
      )}
      {now.is === 'failed' && (
        <Notice kind="problem" title="The training ended">
          <p>{now.message}</p>
          <button type="button" class="link" onClick={() => void start()}>
            Try again
          </button>
        </Notice>
      )}
    </div>
  );
}

/** How fast it learns, or how far what comes between is. */
function Speed() {
  const far = pace.value;
  if (aside.value !== null) return <> · {percent(aside.value)} of it</>;
  if (far === null) return null;
  const left = far.secondsLeft === null ? '' : ` · ${duration(far.secondsLeft)} left`;
  return (
    <>
      {' '}
      · {count(far.picturesPerSecond)} pictures a second{left}
    </>
  );
}

function Words() {
  const now = status.value;
  const far = pace.value;
  if (now.is === 'idle') {
    return (
      <p class="aside">Choose what to see and press “Start training”. The charts below fill as it learns.</p>
    );
  }
  if (now.is === 'failed') return null;
  if (now.is === 'preparing') {
    return (
      <p role="status" class="running-words">
        {now.words}
      </p>
    );
  }
  const holds = now.is === 'running' || now.is === 'paused';
  const words = now.is === 'done' ? (now.end.completed ? 'Done' : 'Stopped') : now.words;
  return (
    <>
      <div class="running-line">
        <p role="status" class="running-words">
          {words}
        </p>
        {far !== null && (
          <p class="number aside">
            Step {count(far.step)} of {count(far.steps)} · epoch {far.epoch}
            {now.is === 'running' && <Speed />}
          </p>
        )}
        {holds && (
          <div class="row">
            <button type="button" class="button" onClick={() => void pause(now.is === 'running')}>
              {now.is === 'running' ? 'Pause' : 'Go on'}
            </button>
            <button type="button" class="button" onClick={() => void stop()}>
              Stop
            </button>
          </div>
        )}
      </div>
      <progress aria-label="Steps done" max={far?.steps ?? 1} value={far?.step ?? 0} />
      {saved.value !== null && now.is !== 'done' && (
        <p class="aside">
          A checkpoint of step {count(saved.value.step)} is kept in this browser: a reload loses nothing
          before it.
        </p>
      )}
    </>
  );
}
