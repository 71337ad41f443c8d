import { download } from '../../components/download.js';
import { backendTitle } from '../../components/format.js';
import { SubmitButton } from '../../components/submit-button.js';
import { Segmented } from '../../components/segmented.js';
import { type BackendName, backendNames } from '../../worker/protocol.js';
import { Matrix } from './matrix.js';
import { proving, stopProving } from './each-backend.js';
import { measureNetworks } from './network-speeds.js';
import { NetworkSpeedsTable } from './network-speeds-table.js';
import { chosen, level, proofs, prove } from './proof.js';
import { Published } from './published.js';
import { reportHtml } from './report.js';
import { Speeds } from './speeds.js';
import { Verdicts } from './verdicts.js';
import './prove.css';

/** Compares the backends of the visitor's device with float64. */
export function Prove() {
  const now = proving.value;
  const any = proofs.value.some(({ results }) => results.size > 0);
  return (
    <>
      <div class="room-head">
        <h1>Prove</h1>
        <p class="lead">
          A network must give the same numbers wherever it runs. Here each backend of this device computes
          layers, blocks and whole networks, forwards and backwards, and is compared with the same arithmetic
          done slowly, in 64 bits.
        </p>
      </div>
      <form class="prove-form" aria-label="What to prove">
        <fieldset disabled={now !== null} class="prove-choices">
          <legend class="visually-hidden">Backends and cases</legend>
          <fieldset class="prove-backends">
            <legend>Backends</legend>
            {backendNames.map((name) => (
              <Choice key={name} name={name} />
            ))}
          </fieldset>
          <Segmented
            label="Cases"
            name="level"
            value={level.value}
            options={[
              { value: 'quick', title: 'One in three' },
              { value: 'full', title: 'All' },
            ]}
            onChange={(value) => {
              level.value = value;
            }}
          />
        </fieldset>
        <div class="row">
          {/* Two elements: if it were one, Stop would become the submit button during its own click, and submit the form. */}
          {now === null ? (
            <SubmitButton key="start" disabled={chosen.value.length === 0} onSubmit={() => void prove()}>
              Prove it here
            </SubmitButton>
          ) : (
            <button key="stop" type="button" class="button" onClick={stopProving}>
              Stop
            </button>
          )}
          {now === null && (
            <button
              type="button"
              class="button"
              disabled={chosen.value.length === 0}
              onClick={() => void measureNetworks()}
            >
              Measure the speed
            </button>
          )}
          {any && now === null && (
            <button
              type="button"
              class="button"
              onClick={() => download(new Blob([reportHtml()], { type: 'text/html' }), 'parity.html')}
            >
              Download the report
            </button>
          )}
        </div>
      </form>
      {now !== null && (
        <div class="prove-progress">
          <p role="status" class="aside">
            {now.text} …
          </p>
          <progress aria-label="Cases compared" max={now.of} value={now.done} />
        </div>
      )}
      <Verdicts />
      <Matrix />
      <Published />
      <Speeds />
      <NetworkSpeedsTable />
    </>
  );
}

function Choice({ name }: { readonly name: BackendName }) {
  const isChosen = chosen.value.includes(name);
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={() => {
          // In the order of the page, not of the clicks.
          chosen.value = backendNames.filter((each) =>
            each === name ? !isChosen : chosen.value.includes(each),
          );
        }}
      />
      <span>{backendTitle[name]}</span>
    </label>
  );
}
