import { occupied } from '../../engine/session.js';
import { choose, type ExperimentName, experiment, experiments } from './setup.js';

/** The experiments; each fills in the form. */
export function ExperimentChoice() {
  const names = Object.keys(experiments) as ExperimentName[];
  return (
    <fieldset class="experiments" disabled={occupied.value}>
      <legend class="visually-hidden">Experiment</legend>
      {names.map((name, index) => (
        <label key={name} class="experiment">
          <input
            type="radio"
            name="experiment"
            checked={experiment.value === name}
            onChange={() => choose(name)}
          />
          <span>
            <em aria-hidden="true">{index + 1}</em>
            <strong>{experiments[name].title}</strong>
            <small>{experiments[name].description}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
