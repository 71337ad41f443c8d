import { useEffect, useRef } from 'preact/hooks';
import './train.css';
import { NetworksByName } from '../../hub/networks-by-name.js';
import { Curves } from './curves.js';
import { ExperimentChoice } from './experiment-choice.js';
import { GradientsByDepth } from './gradients-by-depth.js';
import { Path } from './path.js';
import { Results } from './results.js';
import { ResumeOffer } from './resume-offer.js';
import { Running } from './running.js';
import { setup } from './setup.js';
import { SetupForm } from './setup-form.js';
import { model, occupied } from '../../engine/session.js';
import { shownTraining, status } from './training-control.js';

/** Train a network, and watch it learn. */
export function Train() {
  const stage = useRef<HTMLElement>(null);
  const learns = status.value.is === 'running' || status.value.is === 'paused';
  useEffect(() => {
    // On a narrow screen the charts are below the form, out of view.
    if (learns && matchMedia('(max-width: 58rem)').matches) stage.current?.scrollIntoView();
  }, [learns]);
  const isTrained = setup.value.start === 'trained';
  return (
    <>
      <div class="room-head">
        <h1>Train</h1>
        <p class="lead">
          A network learns by a gradient: how the error would change with each of its numbers. It starts at
          the last layer and travels back to the first. Watch whether it arrives.
        </p>
      </div>
      <ResumeOffer />
      <ExperimentChoice />
      {isTrained && <Path />}
      <Running />
      <div class="train-floor">
        <SetupForm />
        <section class="train-stage" aria-label="The training" ref={stage}>
          <Stage />
          <Results />
        </section>
      </div>
    </>
  );
}

/** The charts; before a training of trained weights, the choice of those, too. */
function Stage() {
  const isTrained = shownTraining.value?.isTrained ?? setup.value.start === 'trained';
  const isChoosing = setup.value.start === 'trained' && !occupied.value;
  if (isChoosing && model.value === null) return <NetworksByName />;
  return (
    <>
      {isTrained ? (
        <p class="aside">
          Only the last layer learns. All others stay as they were: what they learned to see in other pictures
          is what it tells your classes apart by.
        </p>
      ) : (
        <GradientsByDepth />
      )}
      <Curves />
      {isChoosing && shownTraining.value === null && (
        <details>
          <summary>Other networks by name</summary>
          <NetworksByName />
        </details>
      )}
    </>
  );
}
