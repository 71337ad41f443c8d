import { useEffect, useRef } from 'preact/hooks';
import './train.css';
import { Curves } from './curves.js';
import { ExperimentChoice } from './experiment-choice.js';
import { GradientsByDepth } from './gradients-by-depth.js';
import { Results } from './results.js';
import { ResumeOffer } from './resume-offer.js';
import { Running } from './running.js';
import { SetupForm } from './setup-form.js';
import { status } from './training-control.js';

/** Train a network, and watch it learn. */
export function Train() {
  const stage = useRef<HTMLElement>(null);
  const learns = status.value.is === 'running' || status.value.is === 'paused';
  useEffect(() => {
    // On a narrow screen the charts are below the form, out of view.
    if (learns && matchMedia('(max-width: 58rem)').matches) stage.current?.scrollIntoView();
  }, [learns]);
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
      <Running />
      <div class="train-floor">
        <SetupForm />
        <section class="train-stage" aria-label="The training" ref={stage}>
          <GradientsByDepth />
          <Curves />
          <Results />
        </section>
      </div>
    </>
  );
}
