import './train.css';
import { Curves } from './curves.js';
import { ExperimentChoice } from './experiment-choice.js';
import { GradientsByDepth } from './gradients-by-depth.js';
import { KeptOffer } from './kept-offer.js';
import { Results } from './results.js';
import { Running } from './running.js';
import { SetupForm } from './setup-form.js';

/** Teach a network, and watch it learn. */
export function Train() {
  return (
    <>
      <div class="room-head">
        <h1>Train</h1>
        <p class="lead">
          A network learns by a gradient: how the error would change with each of its numbers. It starts at
          the last layer and travels back to the first. Watch whether it arrives.
        </p>
      </div>
      <KeptOffer />
      <ExperimentChoice />
      <div class="train-floor">
        <SetupForm />
        <section class="train-stage" aria-label="The training">
          <Running />
          <GradientsByDepth />
          <Curves />
          <Results />
        </section>
      </div>
    </>
  );
}
