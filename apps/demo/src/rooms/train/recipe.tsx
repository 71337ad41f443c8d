import { Numeric } from './number-fields.js';
import { change, setup } from './setup.js';

/** How it is taught: epochs, steps, sizes. */
export function Recipe() {
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
          low={network.name === 'course/resnet50' ? 64 : 16}
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
