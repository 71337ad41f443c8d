import { Segmented } from '../../components/segmented.js';
import { occupied } from '../../engine/session.js';
import { start } from './conduct.js';
import { OwnPictures } from './own-pictures-panel.js';
import { SampleSigns } from './sample-signs.js';
import { change, depth, setup } from './setup.js';

/** The id of the form, for the button that submits it. */
export const setupForm = 'setup';

/** Pictures, network, recipe. */
export function SetupForm() {
  const { data, network, twin } = setup.value;
  return (
    <form
      id={setupForm}
      aria-label="Set up a training"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <fieldset disabled={occupied.value} class="setup-fields">
        <section class="setup-part" aria-labelledby="setup-pictures">
          <h2 id="setup-pictures">Pictures</h2>
          <Segmented
            label="From where"
            name="data"
            value={data}
            options={[
              { value: 'signs', title: 'Hand signs' },
              { value: 'own', title: 'Your own' },
            ]}
            onChange={(value) => change({ data: value })}
          />
          {data === 'signs' ? <SampleSigns /> : <OwnPictures />}
        </section>
        <section class="setup-part" aria-labelledby="setup-network">
          <h2 id="setup-network">Network</h2>
          <Segmented
            label="Kind"
            name="network"
            value={network.name}
            options={[
              { value: 'resnetPreAct', title: 'Small' },
              { value: 'resnet50', title: 'ResNet-50' },
            ]}
            onChange={(name) =>
              change({
                network: { ...network, name },
                size: name === 'resnet50' ? 64 : 24,
                recipe: { ...setup.value.recipe, learningRate: name === 'resnet50' ? 1.5e-4 : 3e-3 },
              })
            }
          />
          {network.name === 'resnetPreAct' ? (
            <Slider
              id="blocks"
              title="Residual blocks"
              value={network.blocks}
              low={1}
              high={18}
              words={`${network.blocks} (${depth.value} layers)`}
              onChange={(blocks) => change({ network: { ...network, blocks } })}
            />
          ) : (
            <p class="aside">
              Fifty layers and 23.6 million numbers to learn. On a processor, a step takes seconds, and a
              checkpoint about 280 MB of this browser’s storage.
            </p>
          )}
          <label class="choice">
            <input type="checkbox" checked={twin} onChange={() => change({ twin: !twin })} />
            <span>
              <strong>Train its plain twin beside it</strong>
              <small>The same layers and the same first values, without the shortcuts.</small>
            </span>
          </label>
          <label class="choice">
            <input
              type="checkbox"
              checked={network.normalized}
              onChange={() => change({ network: { ...network, normalized: !network.normalized } })}
            />
            <span>
              <strong>Batch normalization</strong>
              <small>Keeps each layer’s values in a common range. Networks before 2015 had none.</small>
            </span>
          </label>
        </section>
        <Recipe />
      </fieldset>
    </form>
  );
}

function Recipe() {
  const { recipe, count, size, data, network } = setup.value;
  const tell = (part: Partial<typeof recipe>) => change({ recipe: { ...recipe, ...part } });
  return (
    <details class="setup-part">
      <summary>
        Recipe: {recipe.epochs} {recipe.epochs === 1 ? 'epoch' : 'epochs'}, {size} pixels, learning rate{' '}
        {recipe.learningRate}
      </summary>
      <div class="setup-numbers">
        <Numeric
          id="epochs"
          title="Epochs"
          value={recipe.epochs}
          low={1}
          high={200}
          onChange={(epochs) => tell({ epochs })}
        />
        <Numeric
          id="batch"
          title="Pictures a step"
          value={recipe.batchSize}
          low={2}
          high={128}
          onChange={(batchSize) => tell({ batchSize })}
        />
        {data === 'signs' && (
          <Numeric
            id="count"
            title="Pictures to draw"
            value={count}
            low={60}
            high={20000}
            onChange={(value) => change({ count: value })}
          />
        )}
        <Numeric
          id="size"
          title="Size, pixels"
          value={size}
          low={network.name === 'resnet50' ? 64 : 16}
          high={128}
          onChange={(value) => change({ size: value })}
        />
        <Numeric
          id="rate"
          title="Learning rate"
          value={recipe.learningRate}
          low={1e-6}
          high={1}
          step="any"
          onChange={(learningRate) => tell({ learningRate })}
        />
        <div class="field">
          <label for="schedule">Its course</label>
          <select
            id="schedule"
            value={recipe.schedule}
            onChange={(event) =>
              tell({ schedule: event.currentTarget.value === 'cosine' ? 'cosine' : 'constant' })
            }
          >
            <option value="constant">constant</option>
            <option value="cosine">falling to 0</option>
          </select>
        </div>
      </div>
      <p class="aside">
        An epoch is once through all pictures; the learning rate, how far each step goes. Adam takes the
        steps: it adapts them to each number.
      </p>
    </details>
  );
}

interface NumericProps {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step?: 'any';
  readonly onChange: (value: number) => void;
}

function Numeric({ id, title, value, low, high, step, onChange }: NumericProps) {
  return (
    <div class="field">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="number"
        required
        value={value}
        min={low}
        max={high}
        step={step ?? 1}
        onInvalid={(event) => {
          // In a closed part the browser could not show what is wrong, and nothing would happen.
          const part = event.currentTarget.closest('details');
          if (part) part.open = true;
        }}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          if (event.currentTarget.checkValidity() && Number.isFinite(next)) onChange(next);
        }}
      />
    </div>
  );
}

interface SliderProps extends Omit<NumericProps, 'step'> {
  readonly words: string;
}

function Slider({ id, title, value, low, high, words, onChange }: SliderProps) {
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{title}</label>
        <output for={id}>{words}</output>
      </div>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        value={value}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
