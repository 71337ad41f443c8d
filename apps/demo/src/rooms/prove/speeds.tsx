import { milliseconds } from '../../components/format.js';
import { BackendHeads } from './backend-heads.js';
import { proofs } from './proof.js';

/** How long classifying and training take here, cold and warm. */
export function Speeds() {
  const shown = proofs.value.filter(({ speeds }) => speeds.length > 0);
  const [first] = shown;
  if (first === undefined) return null;
  return (
    <section class="prove-part" aria-labelledby="speeds">
      <h2 id="speeds">Speed</h2>
      <p class="aside prove-words">
        The small network of the Train room, five blocks, 32 pixels. Cold is the first time, when kernels are
        compiled; warm is the median of the next five.
      </p>
      <table class="speeds">
        <thead>
          <tr>
            <th scope="col">What</th>
            <BackendHeads shown={shown} />
          </tr>
        </thead>
        <tbody>
          {first.speeds.map(({ what, batch }, index) => (
            <tr key={what}>
              <th scope="row">
                {what}
                {batch > 1 && <small> of {batch} images</small>}
              </th>
              {shown.map(({ backend, speeds }) => (
                <td key={backend} class="number">
                  {milliseconds(speeds[index]?.warm ?? 0)}{' '}
                  <small>cold {milliseconds(speeds[index]?.cold ?? 0)}</small>
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">Starting</th>
            {shown.map(({ backend, facts }) => (
              <td key={backend} class="number">
                {milliseconds(1000 * (facts?.seconds ?? 0))}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}
