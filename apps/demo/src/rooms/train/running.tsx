import { Notice } from '../../components/notice.js';
import { count, duration, percent } from '../../components/words.js';
import { backend, chooseBackend, engineState, occupied } from '../../engine/session.js';
import { aside, pace, pause, saved, saveProblem, shown, start, status, stop } from './conduct.js';
import { missing } from './own-images.js';
import { setup } from './setup.js';
import { setupForm } from './setup-form.js';
import { lastAccuracy } from './story.js';

/** How far it is, how fast, and the buttons that hold it. */
export function Running() {
  const now = status.value;
  return (
    <>
      <div class="running">
        <Words />
      </div>
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
        <Notice
          kind="problem"
          title={pace.value === null ? 'The training could not start' : 'The training ended'}
        >
          <p>{now.message}</p>
          <div class="row">
            <button type="button" class="link" onClick={() => void start()}>
              Try again
            </button>
            {engineState.value.is === 'failed' && backend.value !== 'wasm' && (
              <button type="button" class="link" onClick={() => void chooseBackend('wasm').then(start)}>
                Train on WebAssembly instead
              </button>
            )}
          </div>
        </Notice>
      )}
    </>
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
      · {count(far.imagesPerSecond)} pictures a second{left}
    </>
  );
}

/** The buttons that start it and hold it, and what it is doing. */
function Words() {
  const now = status.value;
  const far = pace.value;
  const holds = now.is === 'running' || now.is === 'paused';
  const begun = holds || now.is === 'stopping' || now.is === 'done';
  return (
    <>
      <div class="running-line">
        <div class="row">
          {holds ? (
            <>
              <button type="button" class="button" onClick={() => void pause(now.is === 'running')}>
                {now.is === 'running' ? 'Pause' : 'Go on'}
              </button>
              <button type="button" class="button" onClick={() => void stop()}>
                Stop
              </button>
            </>
          ) : (
            <StartButton />
          )}
          {now.is === 'done' && (
            <a class="button" href="#use">
              Use it
            </a>
          )}
        </div>
        {begun || now.is === 'preparing' ? (
          <p role="status" class="running-words">
            {now.is === 'done' ? (now.end.completed ? 'Done' : 'Stopped') : now.words}
          </p>
        ) : (
          <p class="aside">
            {whatIsMissing() ?? 'Choose what to see, and start. The charts fill as it learns.'}
          </p>
        )}
        {begun && far !== null && (
          <p class="number aside">
            Step {count(far.step)} of {count(far.steps)} · epoch {far.epoch}
            {now.is === 'running' && <Speed />}
            {now.is === 'done' && evaluation()}
          </p>
        )}
      </div>
      {begun && now.is !== 'done' && (
        <>
          <progress aria-label="Steps done" max={far?.steps ?? 1} value={far?.step ?? 0} />
          <p class="aside running-kept">
            {saved.value !== null &&
              `A checkpoint of step ${count(saved.value.step)} is kept in this browser: a reload loses nothing before it.`}
          </p>
        </>
      )}
    </>
  );
}

/** How good the model is, where that is known. */
function evaluation(): string {
  const accuracy = lastAccuracy(shown.value?.lanes[0] ?? 'residual');
  return accuracy === undefined ? '' : ` · ${percent(accuracy, 1)} of unseen pictures named right`;
}

function StartButton() {
  return (
    <button
      type="submit"
      form={setupForm}
      class="button primary"
      disabled={occupied.value || whatIsMissing() !== null}
    >
      Start training
    </button>
  );
}

/** What the visitor has to give before a training can start; null where nothing is missing. */
function whatIsMissing(): string | null {
  return setup.value.data === 'own' ? missing.value : null;
}
