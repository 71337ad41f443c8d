import { bytes, count } from '../../components/format.js';
import { containerTitles, dialectTitles, preprocessingTitles } from '../../files/sources.js';
import type { FileInspection } from '../../worker/protocol.js';

const shownUnused = 12;
const shownClasses = 3;
const longest = 300;

/** What an opened file is, as rows of a list of facts. */
export function FileRows({ file }: { readonly file: FileInspection }) {
  const { container, dialect, network, classes, tensors, preprocessing, preprocessingFrom } = file;
  const dtypes = new Set([...tensors.values()].map(({ dtype }) => dtype));
  return (
    <>
      <dt>Network</dt>
      <dd>{network.name}</dd>
      <dt>Format</dt>
      <dd>
        {containerTitles[container]}, {dialectTitles[dialect]}
      </dd>
      <dt>Size</dt>
      <dd class="number">{bytes(file.bytes)}</dd>
      <dt>Tensors</dt>
      <dd class="number">
        {count(tensors.size)} ({[...dtypes].join(', ')})
      </dd>
      <dt>Classes</dt>
      <dd>{classes === null ? 'none: it ends before a classifier' : listed(file, classes)}</dd>
      <dt>Pictures as for</dt>
      <dd>
        {preprocessing === null ? 'this file alone' : preprocessingTitles[preprocessing]}
        {preprocessingFrom === 'assumed' && ' (assumed)'}
      </dd>
    </>
  );
}

function listed({ classesFrom }: FileInspection, classes: readonly string[]): string {
  const first = classes.slice(0, shownClasses).map((name) => name.split(',')[0]);
  const more = classes.length > shownClasses ? ' …' : '';
  return `${count(classes.length)}: ${first.join(', ')}${more}${classesFrom === 'assumed' ? ' (assumed)' : ''}`;
}

/** What a file says of itself, and which of its tensors the network doesn't take. */
export function FileDetails({ file: { metadata, unused } }: { readonly file: FileInspection }) {
  return (
    <>
      {metadata.size > 0 && (
        <details>
          <summary>What the file says of itself</summary>
          <dl class="facts">
            {[...metadata].map(([key, value]) => [
              <dt key={key}>{key}</dt>,
              <dd key={`${key} is`}>{value.length > longest ? `${value.slice(0, longest)} …` : value}</dd>,
            ])}
          </dl>
        </details>
      )}
      {unused.length > 0 && (
        <details>
          <summary>
            {count(unused.length)} {unused.length === 1 ? 'tensor is' : 'tensors are'} not used
          </summary>
          <ul class="tensors">
            {unused.slice(0, shownUnused).map((name) => (
              <li key={name}>
                <code>{name}</code>
              </li>
            ))}
          </ul>
          {unused.length > shownUnused && (
            <p class="aside">And {count(unused.length - shownUnused)} others.</p>
          )}
        </details>
      )}
    </>
  );
}
