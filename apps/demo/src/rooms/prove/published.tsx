import { Scrolled } from '../../components/scrolled.js';
import { BackendHeads } from './backend-heads.js';
import { proofs } from './proof.js';

/** The numbers that the course's documents printed, and whether they come out here. */
export function Published() {
  const shown = proofs.value.filter(({ published }) => published.length > 0);
  const [first] = shown;
  if (first === undefined) return null;
  return (
    <section class="prove-part" aria-labelledby="published">
      <h2 id="published">Numbers that were published</h2>
      <p class="aside prove-words">
        Printed in a course’s notebooks and assignments, years ago, by TensorFlow: the same calls, to the last
        printed digit.
      </p>
      <Scrolled label="Published numbers, by backend">
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col">Printed in</th>
              <BackendHeads shown={shown} />
            </tr>
          </thead>
          <tbody>
            {first.published.map(({ source, call }, index) => (
              <tr key={index}>
                <td>
                  <code>{call}</code>
                </td>
                <td>{source}</td>
                {shown.map(({ backend, published }) => (
                  <td key={backend}>
                    {published[index]?.passed ? (
                      <span class="good">the same</span>
                    ) : (
                      <Differs message={published[index]?.message} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </section>
  );
}

function Differs({ message = '' }: { readonly message: string | undefined }) {
  return (
    <details>
      <summary class="problem">differs</summary>
      {message}
    </details>
  );
}
