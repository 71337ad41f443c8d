import { backendTitle, milliseconds } from '../../components/format.js';
import { download } from '../../components/download.js';
import { BackendHeads } from './backend-heads.js';
import { proving } from './each-backend.js';
import { networkSpeeds, speedsJson } from './network-speeds.js';

const tasks = { inference: 'Classifying', training: 'A training step of' } as const;

/** How long real networks take here. */
export function NetworkSpeedsTable() {
  const shown = networkSpeeds.value;
  const [first] = shown
    .filter(({ speeds }) => speeds.length > 0)
    .sort((a, b) => b.speeds.length - a.speeds.length);
  const problems = shown.filter(({ problem }) => problem !== null);
  if (first === undefined && problems.length === 0) return null;
  return (
    <section class="prove-part" aria-labelledby="network-speeds">
      <h2 id="network-speeds">Speed of real networks</h2>
      <p class="aside prove-words">
        The median of five runs, after two to warm up. <code>resnet bench</code> measures the same on the
        command line, so that devices can be compared.
      </p>
      {problems.map(({ backend, problem }) => (
        <p key={backend} class="problem" role="alert">
          {backendTitle[backend]}: {problem}
        </p>
      ))}
      {first !== undefined && (
        <table class="speeds">
          <thead>
            <tr>
              <th scope="col">What</th>
              <BackendHeads shown={shown} />
            </tr>
          </thead>
          <tbody>
            {first.speeds.map(({ network, task, size, batchSize }, index) => (
              <tr key={network}>
                <th scope="row">
                  {tasks[task]} {batchSize === 1 ? 'an image' : `${batchSize} images`}{' '}
                  <small>
                    {network}, {size} pixels
                  </small>
                </th>
                {shown.map(({ backend, speeds }) => (
                  <td key={backend} class="number">
                    {speeds[index] === undefined ? '–' : milliseconds(speeds[index].median)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.map(
        ({ backend, facts }) =>
          facts !== null && (
            <p key={backend} class="aside">
              {backendTitle[backend]}: {facts.threads} {facts.threads === 1 ? 'thread' : 'threads'}
              {facts.details.instructions && `, ${facts.details.instructions}`}
            </p>
          ),
      )}
      {first !== undefined && proving.value === null && (
        <div class="row">
          <button
            type="button"
            class="button"
            onClick={() => download(new Blob([speedsJson()], { type: 'application/json' }), 'speed.json')}
          >
            Download the times
          </button>
        </div>
      )}
    </section>
  );
}
