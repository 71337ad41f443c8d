import { count } from '../../components/format.js';
import { Segmented } from '../../components/segmented.js';
import { occupied } from '../../engine/session.js';
import { NewNetwork } from './new-network.js';
import { OwnImages } from './own-images-panel.js';
import { RecipeFields } from './recipe.js';
import { SampleSigns } from './sample-signs.js';
import { change, keptImages, setup, startFrom } from './setup.js';
import { TrainedWeights } from './trained-weights.js';
import { VariedImages } from './varied-images.js';

/** The id of the form, for the button that submits it. */
export const setupForm = 'setup';

/** Images, network, recipe. */
export function SetupForm() {
  const { data, start } = setup.value;
  const kept = keptImages.value;
  return (
    <form id={setupForm} aria-label="Set up a training">
      <fieldset disabled={occupied.value} class="setup-fields">
        <section class="setup-part" aria-labelledby="setup-images">
          <h2 id="setup-images">Pictures</h2>
          <Segmented
            label="Source"
            name="data"
            value={data}
            options={[
              { value: 'signs', title: 'Hand signs' },
              { value: 'own', title: 'Your own' },
            ]}
            onChange={(value) => change({ data: value })}
          />
          {data === 'signs' ? (
            <SampleSigns />
          ) : kept && occupied.value ? (
            <KeptImages of={kept} />
          ) : (
            <OwnImages />
          )}
          <VariedImages />
        </section>
        <section class="setup-part" aria-labelledby="setup-network">
          <h2 id="setup-network">Network</h2>
          <Segmented
            label="Start from"
            name="start"
            value={start}
            options={[
              { value: 'new', title: 'New weights' },
              { value: 'trained', title: 'Trained weights' },
            ]}
            onChange={startFrom}
          />
          {start === 'new' ? <NewNetwork /> : <TrainedWeights />}
        </section>
        <RecipeFields />
      </fieldset>
    </form>
  );
}

function KeptImages({ of }: { readonly of: NonNullable<typeof keptImages.value> }) {
  return (
    <p class="aside">
      The {count(of.count)} pictures that were kept with this training: {of.classes.join(', ')}.
    </p>
  );
}
