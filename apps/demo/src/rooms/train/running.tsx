import { Notice } from '../../components/notice.js';
import { SubmitButton } from '../../components/submit-button.js';
import { OtherBackend } from '../../components/other-backend.js';
import { count, duration, percent } from '../../components/format.js';
import { model, occupied } from '../../engine/session.js';
import {
  busyShare,
  lastCheckpoint,
  otherRounding,
  pause,
  progress,
  saveProblem,
  status,
  stop,
  start,
  tryAgain,
} from './training-control.js';
import { missing } from './own-images.js';
import { setup } from './setup.js';
import { setupForm } from './setup-form.js';
import type { ModelFacts } from '../../worker/protocol.js';

/** The training's progress and buttons, and what went wrong. */
export function Running() {
  const now = status.value;
  return (
    <>
      <div class="running">
        <StatusBar />
      </div>
      {saveProblem.value !== null && now.is !== 'failed' && (
        <Notice
          kind="problem"
          title="Not kept in this browser"
          onClose={() => {
            saveProblem.value = null;
          }}
        >
          {saveProblem.value}{' '}
          {now.is === 'done'
            ? 'Download the model: it is lost when the page is closed or reloaded.'
            : 'The training continues; if the page is reloaded before it ends, it is lost.'}
        </Notice>
      )}
      {otherRounding.value !== null && now.is !== 'failed' && (
        <Notice
          kind="info"
          title="Resumed with other rounding"
          onClose={() => {
            otherRounding.value = null;
          }}
        >
          {otherRounding.value.before === null
            ? 'A former version of this page began this training. '
            : `It began with ${otherRounding.value.before}, and goes on with ${otherRounding.value.now}. `}
          Its results differ in the last bits from those of a training without a pause.
        </Notice>
      )}
      {now.is === 'failed' && (
        <Notice
          kind="problem"
          title={progress.value === null ? 'The training could not start' : 'The training ended'}
        >
          <p>{now.message}</p>
          <div class="row">
            <button type="button" class="link" onClick={() => void tryAgain()}>
              Try again
            </button>
            <OtherBackend onReady={() => void tryAgain()} />
          </div>
        </Notice>
      )}
    </>
  );
}

/** The training's speed; between epochs, how much of the evaluation is done. */
function Speed() {
  const current = progress.value;
  if (busyShare.value !== null) return <> · {percent(busyShare.value)} of it</>;
  if (current === null) return null;
  const left = current.secondsLeft === null ? '' : ` · ${duration(current.secondsLeft)} left`;
  return (
    <>
      {' '}
      · {count(current.imagesPerSecond)} pictures a second{left}
    </>
  );
}

/** The buttons that start, pause and stop it, and its progress. */
function StatusBar() {
  const now = status.value;
  const current = progress.value;
  const canPause = now.is === 'running' || now.is === 'paused';
  const begun = canPause || now.is === 'stopping' || now.is === 'done';
  return (
    <>
      <div class="running-line">
        <div class="row">
          {canPause ? (
            <>
              <button type="button" class="button" onClick={() => void pause(now.is === 'running')}>
                {now.is === 'running' ? 'Pause' : 'Resume'}
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
            {now.is === 'done' ? (now.end.completed ? 'Done' : 'Stopped') : now.text}
          </p>
        ) : (
          <p class="aside">{whatIsMissing() ?? whatNext()}</p>
        )}
        {begun && current !== null && (
          <p class="number aside">
            Step {count(current.step)} of {count(current.steps)} · epoch {current.epoch}
            {now.is === 'running' && <Speed />}
            {now.is === 'done' && evaluation(now.end.model)}
          </p>
        )}
      </div>
      {begun && now.is !== 'done' && (
        <>
          <progress aria-label="Steps done" max={current?.steps ?? 1} value={current?.step ?? 0} />
          <p class="aside running-kept">
            {lastCheckpoint.value !== null &&
              `A checkpoint of step ${count(lastCheckpoint.value.step)} is kept in this browser: a reload loses no step before it.`}
          </p>
        </>
      )}
    </>
  );
}

/** The model's accuracy, if it was evaluated. */
function evaluation({ accuracy }: ModelFacts): string {
  return accuracy === null ? '' : ` · ${percent(accuracy, 1)} of unseen pictures recognized`;
}

function StartButton() {
  return (
    <SubmitButton
      form={setupForm}
      disabled={occupied.value || whatIsMissing() !== null}
      onSubmit={() => void start()}
    >
      Start training
    </SubmitButton>
  );
}

const whatNext = () =>
  setup.value.start === 'trained'
    ? 'All is here. The last layer learns as soon as you start.'
    : 'Choose an experiment, and start. The charts fill as it learns.';

/** What the visitor has to give before a training can start; null if nothing is missing. */
function whatIsMissing(): string | null {
  const { data, start: from } = setup.value;
  return (
    (data === 'own' ? missing.value : null) ??
    (from === 'trained' && model.value === null ? 'Open trained weights, or fetch some by name.' : null)
  );
}
