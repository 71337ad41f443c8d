import { bytes } from '../components/format.js';
import { plainName } from '../engine/weights-by-name.js';
import { choiceOf, chosen } from './choices.js';
import { fetchByName, fetching, kept, removeKept } from './hub.js';

/** What the browser keeps, with its sizes; each can be opened without a connection, and deleted. */
export function KeptNetworks() {
  const all = kept.value ?? [];
  if (all.length === 0) return null;
  const total = all.reduce((sum, each) => sum + each.bytes, 0);
  const isBusy = fetching.value !== null;
  return (
    <div class="hub-kept">
      <h3>Kept in this browser</h3>
      <p class="aside number">
        {bytes(total)} in all. What is whole opens without a connection, and no server is asked.
      </p>
      <ul>
        {all.map(({ name, bytes: size, isPartial }) => {
          const plain = plainName(name);
          return (
            <li key={name}>
              <code>{plain}</code>
              <span class="number">
                {bytes(size)}
                {isPartial && ', not all of it'}
              </span>
              <button
                type="button"
                class="link"
                disabled={isBusy}
                aria-label={isPartial ? `Resume ${plain}` : `Open ${plain}`}
                onClick={() => {
                  chosen.value = choiceOf(plain) ?? chosen.value; // its progress is shown there
                  void fetchByName(name, { offline: !isPartial });
                }}
              >
                {isPartial ? 'Resume' : 'Open'}
              </button>
              <button
                type="button"
                class="link"
                disabled={isBusy}
                aria-label={`Delete ${plain}`}
                onClick={() => void removeKept(name)}
              >
                Delete
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
