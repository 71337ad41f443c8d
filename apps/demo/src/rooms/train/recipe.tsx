import { type NamedSchedule, namedSchedules } from '@resnetjs/recipe';
import { Numeric } from './number-fields.js';
import { change, setup } from './setup.js';

/** The recipe: epochs, sizes, learning rate. */
export function RecipeFields() {
  const { recipe, count, size, data, start, network } = setup.value;
  const changeRecipe = (part: Partial<typeof recipe>) => change({ recipe: { ...recipe, ...part } });
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
          min={1}
          max={200}
          onChange={(epochs) => changeRecipe({ epochs })}
        />
        <Numeric
          id="batch"
          title="Batch size"
          value={recipe.batchSize}
          min={2}
          max={128}
          onChange={(batchSize) => changeRecipe({ batchSize })}
        />
        {data === 'signs' && (
          <Numeric
            id="count"
            title="Pictures to draw"
            value={count}
            min={60}
            max={20000}
            onChange={(value) => change({ count: value })}
          />
        )}
        <Numeric
          id="size"
          title="Size, pixels"
          value={size}
          min={start === 'new' && network.name === 'course/resnet50' ? 64 : 16}
          max={start === 'new' ? 128 : 512}
          onChange={(value) => change({ size: value })}
        />
        <Numeric
          id="rate"
          title="Learning rate"
          value={recipe.learningRate}
          min={1e-6}
          max={1}
          step="any"
          onChange={(learningRate) => changeRecipe({ learningRate })}
        />
        <div class="field">
          <label for="schedule">Schedule</label>
          <select
            id="schedule"
            value={recipe.schedule}
            onChange={(event) => changeRecipe({ schedule: event.currentTarget.value as NamedSchedule })}
          >
            {namedSchedules.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p class="aside">
        An epoch is one pass over all pictures, a batch the pictures of one step. The learning rate is how far
        each step goes; the schedule, how that changes: cosine falls to 0. Adam, the optimizer, adapts the
        step to each number.
      </p>
    </details>
  );
}
