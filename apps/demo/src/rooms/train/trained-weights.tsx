import { useEffect } from 'preact/hooks';
import { count, networkTitle, originWords } from '../../components/format.js';
import { engineState, getEngine, model, occupied } from '../../engine/session.js';
import { OpenModel } from '../../files/open-model.js';
import { opening } from '../../files/opened-file.js';
import type { ModelFacts } from '../../worker/protocol.js';
import { Estimate } from './estimate.js';
import { fitToModel, keptStart } from './setup.js';

/** The model whose last layer is to learn, and the choice of another. */
export function TrainedWeights() {
  const facts = model.value;
  useEffect(() => {
    void getEngine().catch(() => undefined); // the model of an earlier visit; the state shows a failure
  }, []);
  useEffect(() => {
    if (facts !== null && !occupied.value) fitToModel(facts);
  }, [facts]);
  const kept = keptStart.value;
  if (kept !== null && occupied.value) {
    return <p class="aside">The {networkTitle(kept)} that was kept with this training.</p>;
  }
  if (facts === null) return <NoWeights />;
  return (
    <>
      <Facts facts={facts} />
      <Estimate />
      <OpenModel label="Drop another model here" />
    </>
  );
}

function NoWeights() {
  if (opening.value !== null || engineState.value.is === 'starting') {
    return (
      <p class="aside" role="status">
        {opening.value === null ? 'Looking for the last model …' : `Opening “${opening.value.name}” …`}
      </p>
    );
  }
  return (
    <>
      <p class="aside">
        A network that has learned from other pictures sees edges, textures and parts in yours, too. Open one
        from PyTorch, timm, Keras, ONNX or TensorFlow.js, or of ResNet.js; or{' '}
        <button type="button" class="link" onClick={() => document.getElementById('hub')?.scrollIntoView()}>
          fetch one by name
        </button>
        .
      </p>
      <OpenModel label="Drop a model here" />
    </>
  );
}

function Facts({ facts }: { readonly facts: ModelFacts }) {
  const { network, features, size, classes } = facts;
  return (
    <dl class="facts" aria-label="The trained weights">
      <dt>Network</dt>
      <dd>{networkTitle(network)}</dd>
      <dt>From</dt>
      <dd>{originWords(facts)}</dd>
      <dt>Made for</dt>
      <dd>
        {size[1]} × {size[0]} pixels, {count(classes.length)} classes
      </dd>
      {features !== null && (
        <>
          <dt>Learns</dt>
          <dd>a new last layer, from {count(features)} features of each picture</dd>
        </>
      )}
    </dl>
  );
}
