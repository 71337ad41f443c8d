import type { BackendFacts } from '../worker/protocol.js';

/** What a backend tells of itself, as rows of a list of facts. */
export function FactRows({ facts }: { readonly facts: BackendFacts }) {
  const rows = Object.entries({
    threads: String(facts.threads),
    precision: `${facts.precision} bits`,
    ...facts.details,
  });
  return <>{rows.map(([key, value]) => [<dt key={key}>{key}</dt>, <dd key={`${key} is`}>{value}</dd>])}</>;
}
