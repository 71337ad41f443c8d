import { Scrolled } from '../../components/scrolled.js';
import { backendTitle, scientific } from '../../components/format.js';
import type { ProofCase, ProofResult } from '../../worker/protocol.js';
import { cases, proofs } from './proof.js';

/** The ends of the axis, as powers of ten. */
const [low, high] = [-9, 0];
const place = (value: number) =>
  (100 * (Math.min(high, Math.max(low, Math.log10(Math.max(value, 1e-30)))) - low)) / (high - low);

const groupTitles: Readonly<Record<string, string>> = {
  operation: 'Operations',
  block: 'Blocks',
  network: 'Whole networks',
  update: 'Optimizers and losses',
  trajectory: 'Training, step by step',
};

/** Each case's error on each backend, with its bound, on a logarithmic axis. */
export function Matrix() {
  if (cases.value.length === 0) return null;
  const groups = [...new Set(cases.value.map(({ group }) => group))];
  const shown = proofs.value.filter(({ results }) => results.size > 0);
  if (shown.length === 0) return null;
  return (
    <section class="prove-part" aria-labelledby="matrix">
      <h2 id="matrix">Distance to the truth</h2>
      <p class="aside prove-words">
        The length of the error divided by the length of the true result; the largest of each case, over
        inference, training and every gradient. A number of 32 bits is up to 6 × 10⁻⁸ of itself off, and so is
        each sum and product: a single layer ends near 10⁻⁷. Over many layers errors add up, and where a ReLU
        falls on the other side of 0, or a result is the small difference of large numbers, far more is lost:
        gradients of the first layers of fifty are some 10⁻⁴ off, with any arithmetic of 32 bits. So each case
        has a bound of its own, the upright line: for whole networks, four times the error of plain arithmetic
        of 32 bits, measured on the same case. Numbered cases have shapes that were picked at random, once and
        for all. <code>course/resnet50</code> is the course’s ResNet-50, here with a part of its filters.
      </p>
      <Scrolled label="Distance to the truth, by case and backend">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Case</th>
              {shown.map(({ backend }) => (
                <th key={backend} scope="col">
                  <span>{backendTitle[backend]}</span>
                  <Axis />
                </th>
              ))}
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={group}>
              <tr>
                <th colSpan={shown.length + 1} scope="rowgroup" class="matrix-group">
                  {groupTitles[group] ?? group}
                </th>
              </tr>
              {cases.value
                .filter((each) => each.group === group)
                .map((each) => (
                  <Row key={each.id} of={each} results={shown.map(({ results }) => results.get(each.id))} />
                ))}
            </tbody>
          ))}
        </table>
      </Scrolled>
    </section>
  );
}

function Axis() {
  return (
    <span class="axis" aria-hidden="true">
      <span>10⁻⁹</span>
      <span>10⁻⁶</span>
      <span>10⁻³</span>
      <span>1</span>
    </span>
  );
}

interface RowProps {
  readonly of: ProofCase;
  readonly results: readonly (ProofResult | undefined)[];
}

function Row({ of, results }: RowProps) {
  return (
    <tr>
      <th scope="row">{of.name}</th>
      {results.map((result, index) => (
        <td key={index}>{result && <Strip result={result} />}</td>
      ))}
    </tr>
  );
}

function Strip({ result }: { readonly result: ProofResult }) {
  const { error, allowed, passed, failures } = result;
  return (
    <>
      <span class="strip-row">
        <span class="strip" aria-hidden="true">
          <span class="strip-bound" style={{ left: `${place(allowed)}%` }} />
          <span class={passed ? 'strip-dot' : 'strip-dot bad'} style={{ left: `${place(error)}%` }} />
        </span>
        <span class="number">{scientific(error)}</span>
        {!passed && <strong class="problem">differs</strong>}
      </span>
      {failures.length > 0 && (
        <details>
          <summary>{failures.length} differences</summary>
          <ul class="aside">
            {failures.slice(0, 12).map((failure) => (
              <li key={failure}>{failure}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
