import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { bytes } from '../components/format.js';
import { type Choice, chosen, firstChoices, search, tableSize, whyNoName } from './choices.js';
import { ChosenNetwork } from './chosen-network.js';
import { fetching, isListed, listKept } from './hub.js';
import { KeptNetworks } from './kept-networks.js';
import { ServerChoice } from './server-choice.js';
import './hub.css';

const shownChoices = 6;

/** Networks that others trained, by name. */
export function NetworksByName() {
  const text = useSignal('');
  useEffect(() => {
    void listKept();
    isListed.value = true;
    return () => {
      isListed.value = false;
    };
  }, []);
  const found = text.value.trim() === '' ? firstChoices : search(text.value);
  const problem = whyNoName(text.value);
  return (
    <section class="hub" aria-labelledby="hub">
      <div>
        <h2 id="hub">Networks by name</h2>
        <p class="aside">
          Others have trained these on 1.3 million photos: they tell a thousand kinds of things apart, from
          tabby cats to espresso.
        </p>
      </div>
      <div class="hub-floor">
        <div class="hub-choice">
          <div class="field">
            <label for="hub-name">Choose one, or search by name</label>
            <input
              id="hub-name"
              type="text"
              placeholder="resnet50, keras, or hf:owner/name"
              autocomplete="off"
              spellcheck={false}
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          </div>
          <ul class="hub-list" aria-label="Networks">
            <li class="hub-list-head" aria-hidden="true">
              <span>Network</span>
              <span>Size</span>
              <span>Right on ImageNet</span>
            </li>
            {found.slice(0, shownChoices).map((choice) => (
              <li key={choice.name}>
                <Row
                  choice={choice}
                  isChosen={choice.name === chosen.value?.name}
                  onChoose={() => {
                    chosen.value = choice;
                  }}
                />
              </li>
            ))}
          </ul>
          {problem !== null && <p class="aside problem">{problem}</p>}
          <p class="aside" role="status">
            {found.length === 0 && problem === null && 'None has this in its name. '}
            {found.length > shownChoices
              ? `And ${found.length - shownChoices} more: type more of the name.`
              : `There are ${tableSize} in all. Any other of Hugging Face is hf:owner/name.`}
          </p>
        </div>
        {chosen.value !== null && <ChosenNetwork choice={chosen.value} key={chosen.value.name} />}
      </div>
      <KeptNetworks />
      <ServerChoice disabled={fetching.value !== null} />
    </section>
  );
}

interface RowProps {
  readonly choice: Choice;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Row({ choice: { name, row }, isChosen, onChoose }: RowProps) {
  return (
    <button type="button" class="hub-row" aria-pressed={isChosen} onClick={onChoose}>
      <span class="hub-row-name">
        <strong>{row?.network ?? name}</strong>
        {row !== null && <small>{name}</small>}
      </span>
      <span class="number">{row === null ? '' : bytes(row.bytes)}</span>
      <span class="number">
        {row !== null && (
          <>
            {row.accuracy.top1.toFixed(1)} %<span class="visually-hidden"> right on ImageNet</span>
          </>
        )}
      </span>
    </button>
  );
}
