import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { download } from '../../components/download.js';
import { count, duration, percent } from '../../components/format.js';
import { Notice } from '../../components/notice.js';
import { Scrolled } from '../../components/scrolled.js';
import { showFile } from './image.js';
import { asCsv, closeMany, many, type ManyRow, manyProblem, stopMany } from './many.js';

type Column = 'path' | 'name' | 'probability';

const orders: Readonly<Record<Column, (a: ManyRow, b: ManyRow) => number>> = {
  path: (a, b) => (a.path < b.path ? -1 : 1),
  name: (a, b) => (a.top[0]?.name ?? '').localeCompare(b.top[0]?.name ?? '') || orders.path(a, b),
  // The least sure first: they are worth a look.
  probability: (a, b) => (a.top[0]?.probability ?? 0) - (b.top[0]?.probability ?? 0) || orders.path(a, b),
};
const titles: Readonly<Record<Column, string>> = { path: 'Picture', name: 'Answer', probability: 'Sure' };

/** More rows than anyone reads make a page slow; the file has all. */
const mostRows = 500;

/** What many pictures were taken for: a table to sort, and a file. */
export function ManyTable() {
  const column = useSignal<Column>('path');
  const isReversed = useSignal(false);
  const root = useRef<HTMLElement>(null);
  const now = many.value;
  const isThere = now !== null;
  useEffect(() => {
    if (isThere) root.current?.scrollIntoView({ block: 'start' });
  }, [isThere]);
  if (now === null) return null;
  const { rows, total, state, others, secondsLeft } = now;
  const sorted = [...rows].sort(orders[column.value]);
  if (isReversed.value) sorted.reverse();
  const unread = rows.filter(({ problem }) => problem !== null).length;
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  return (
    <section class="many" ref={root} aria-labelledby="many-title">
      <h2 id="many-title">
        {state === 'running'
          ? `${count(rows.length)} of ${count(total)} pictures`
          : `${count(rows.length)} pictures`}
      </h2>
      <p class="aside" role="status">
        {state === 'running' && `Looking at them${left}. `}
        {state === 'stopped' && `Stopped: ${count(total - rows.length)} were not looked at. `}
        {unread > 0 && `${count(unread)} can’t be used. `}
        {others > 0 && `${count(others)} other ${others === 1 ? 'file was' : 'files were'} left out.`}
      </p>
      {state === 'running' && <progress max={total} value={rows.length} aria-label="Pictures looked at" />}
      {manyProblem.value !== null && (
        <Notice kind="problem" title="The computation has stopped">
          {manyProblem.value}
        </Notice>
      )}
      <div class="row">
        {state === 'running' ? (
          <button type="button" class="button" onClick={stopMany}>
            Stop
          </button>
        ) : (
          <button type="button" class="button" onClick={closeMany}>
            Close the table
          </button>
        )}
        <button
          type="button"
          class="button"
          disabled={rows.length === 0}
          onClick={() => download(new Blob([asCsv(rows)], { type: 'text/csv' }), 'answers.csv')}
        >
          Download as CSV
        </button>
      </div>
      {rows.length > 0 && (
        <Scrolled label="What the pictures were taken for">
          <table>
            <thead>
              <tr>
                {(Object.keys(titles) as Column[]).map((each) => (
                  <th
                    key={each}
                    scope="col"
                    aria-sort={each !== column.value ? 'none' : isReversed.value ? 'descending' : 'ascending'}
                  >
                    <button
                      type="button"
                      class="link"
                      onClick={() => {
                        isReversed.value = each === column.value && !isReversed.value;
                        column.value = each;
                      }}
                    >
                      {titles[each]}
                    </button>
                  </th>
                ))}
                <th scope="col">Next</th>
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, mostRows).map(({ path, file, top: [best, next], problem }) => (
                <tr key={path}>
                  <th scope="row">
                    <button
                      type="button"
                      class="link"
                      title="Show it above"
                      onClick={() => void showFile(file)}
                    >
                      {path}
                    </button>
                  </th>
                  {best === undefined ? (
                    <td colSpan={3}>{problem}</td>
                  ) : (
                    <>
                      <td>{best.name}</td>
                      <td class="number">{percent(best.probability, 1)}</td>
                      <td>{next && `${next.name} ${percent(next.probability, 1)}`}</td>
                    </>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      {rows.length > mostRows && (
        <p class="aside">And {count(rows.length - mostRows)} others, in the CSV file.</p>
      )}
    </section>
  );
}
