import { backendTitle, milliseconds, percent } from '../../components/format.js';
import { engineState, model } from '../../engine/session.js';
import { explain, explainedClass, isPredicting, prediction } from './image.js';

const shownClasses = 8;
const longName = 16;

/** ImageNet's classes have several names each: the first of them, where all are too many. */
const shortName = (name: string) => (name.length > longName ? (name.split(',')[0] as string) : name);

/** The most probable class, and the probabilities of all. */
export function Answer() {
  const facts = model.value;
  const answer = prediction.value;
  if (facts === null) return null;
  if (answer === null) {
    return (
      <section class="answer" aria-label="The answer">
        <p class="answer-name" role="status">
          {isPredicting.value ? 'Looking …' : 'Show it a picture.'}
        </p>
      </section>
    );
  }
  const ranked = answer.probabilities
    .map((probability, label) => ({ probability, label, name: facts.classes[label] ?? String(label) }))
    .sort((a, b) => b.probability - a.probability);
  const [best] = ranked;
  const truth = answer.of.kind === 'sign' ? String(answer.of.index % 6) : null;
  const chosen = explainedClass.value ?? best?.label;
  return (
    <section class="answer" aria-label="The answer" aria-busy={isPredicting.value}>
      <p class="answer-name" role="status">
        <strong class={best && best.name.length > longName ? 'long' : undefined} title={best?.name}>
          {best && shortName(best.name)}
        </strong>{' '}
        <span>{percent(best?.probability ?? 0, 1)} sure</span>
      </p>
      {truth !== null && (
        <p class="aside">
          {truth === best?.name ? 'Right: it was drawn as this.' : `Wrong: it was drawn as ${truth}.`}
        </p>
      )}
      <ol class="shares" aria-label="Probability of each class">
        {ranked.slice(0, shownClasses).map(({ probability, label, name }) => (
          <li key={label}>
            <button
              type="button"
              aria-pressed={chosen === label}
              onClick={() => void explain(label)}
              title={answer.heat === null ? undefined : `Show what speaks for ${name}`}
            >
              <span class="share-name">{shortName(name)}</span>
              <span class="share-bar" aria-hidden="true">
                <span style={{ width: `${100 * probability}%` }} />
              </span>
              <span class="number">{percent(probability, 1)}</span>
            </button>
          </li>
        ))}
      </ol>
      {ranked.length > shownClasses && <p class="aside">And {ranked.length - shownClasses} others.</p>}
      <p class="aside">
        Answered in {milliseconds(answer.milliseconds)}
        {engineState.value.is === 'ready' && ` on ${backendTitle[engineState.value.facts.name]}`}. Choose a
        class to see what speaks for it.
      </p>
    </section>
  );
}
