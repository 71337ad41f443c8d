import { useEffect, useRef } from 'preact/hooks';
import { NetworksByName } from '../../hub/networks-by-name.js';
import { Notice } from '../../components/notice.js';
import { OpenModel } from '../../files/open-model.js';
import { useScrollToOpened } from '../../files/scroll-to-opened.js';
import { OtherBackend } from '../../components/other-backend.js';
import { engineState, model, occupied, getEngine } from '../../engine/session.js';
import { Answer } from './answer.js';
import { classifiesSigns, classify, currentImage, prediction, showNextSign } from './image.js';
import { ImageChoice } from './image-choice.js';
import { ManyTable } from './many-table.js';
import { ImagePanel } from './image-panel.js';
import { ModelPanel } from './model-panel.js';
import './use.css';

/** Classify images with the model. */
export function Use() {
  const state = engineState.value;
  const facts = model.value;
  const floor = useRef<HTMLDivElement>(null);
  useScrollToOpened('use', floor);
  useEffect(() => {
    void getEngine().catch(() => undefined); // the state shows it
  }, []);
  useEffect(() => {
    if (facts === null) return;
    prediction.value = null;
    if (currentImage.value === null && classifiesSigns()) void showNextSign();
    else void classify();
  }, [facts]);
  return (
    <>
      <div class="room-head">
        <h1>Use</h1>
        <p class="lead">
          Show it a picture. It answers with how sure it is of every class that it knows, and shows where in
          the picture it looked.
        </p>
      </div>
      {state.is === 'failed' && (
        <Notice kind="problem" title="The computation has stopped">
          <p>{state.problem.message}</p>
          <div class="row">
            <button type="button" class="link" onClick={() => void getEngine().catch(() => undefined)}>
              Start it again
            </button>
            <OtherBackend />
          </div>
        </Notice>
      )}
      {facts === null ? (
        <NoModel starting={state.is === 'starting' || state.is === 'off'} />
      ) : (
        <div class="use-floor" ref={floor}>
          <ImagePanel />
          <Answer />
          <ImageChoice />
          <ModelPanel />
          <ManyTable />
        </div>
      )}
      <NetworksByName />
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
        A small network learns to count fingers in a minute or two. Or open one that others have trained with
        PyTorch, timm, Keras, ONNX or TensorFlow.js: its file stays on your device. Or fetch one by name,
        below.
      </p>
      <div class="row">
        <a class="button primary" href="#train">
          Train one
        </a>
      </div>
      <OpenModel label="Drop a model here" />
    </section>
  );
}
