import { useEffect } from 'preact/hooks';
import { Notice } from '../../components/notice.js';
import { backend, chooseBackend, engineState, model, occupied, useEngine } from '../../engine/session.js';
import { Answer } from './answer.js';
import { ModelPanel } from './model-panel.js';
import { looked, lookAtSign, name, namesSigns, prediction } from './image.js';
import { ImageChoice } from './image-choice.js';
import { ImagePanel } from './image-panel.js';
import './use.css';

/** Show the network an image. */
export function Use() {
  const state = engineState.value;
  const facts = model.value;
  useEffect(() => {
    void useEngine().catch(() => undefined); // the state tells of it
  }, []);
  useEffect(() => {
    if (facts === null) return;
    prediction.value = null;
    if (looked.value === null && namesSigns()) void lookAtSign();
    else void name();
  }, [facts]);
  return (
    <>
      <div class="room-head">
        <h1>Use</h1>
        <p class="lead">
          Show it a picture. It answers with a share of certainty for every class that it knows, and with the
          places that it looked at.
        </p>
      </div>
      {state.is === 'failed' && (
        <Notice kind="problem" title="What computes has stopped">
          <p>{state.problem.message}</p>
          <div class="row">
            <button type="button" class="link" onClick={() => void useEngine().catch(() => undefined)}>
              Start it again
            </button>
            {backend.value !== 'wasm' && (
              <button type="button" class="link" onClick={() => void chooseBackend('wasm')}>
                Use WebAssembly instead
              </button>
            )}
          </div>
        </Notice>
      )}
      {facts === null ? (
        <NoModel starting={state.is === 'starting' || state.is === 'off'} />
      ) : (
        <div class="use-floor">
          <ImagePanel />
          <Answer />
          <ImageChoice />
          <ModelPanel />
        </div>
      )}
    </>
  );
}

function NoModel({ starting }: { readonly starting: boolean }) {
  if (starting) return <p role="status">Looking for the last model …</p>;
  if (occupied.value) {
    return (
      <section class="use-empty" aria-labelledby="no-model">
        <h2 id="no-model">The model is still learning</h2>
        <p>When the training is done, or stopped, its model answers here.</p>
        <div class="row">
          <a class="button primary" href="#train">
            Watch it learn
          </a>
        </div>
      </section>
    );
  }
  return (
    <section class="use-empty" aria-labelledby="no-model">
      <h2 id="no-model">There is no model yet</h2>
      <p>
        A small network learns to count fingers in a minute or two. Or open one: a file that this page or the
        command line wrote.
      </p>
      <div class="row">
        <a class="button primary" href="#train">
          Train one
        </a>
        <ModelPanel.Open />
      </div>
    </section>
  );
}
