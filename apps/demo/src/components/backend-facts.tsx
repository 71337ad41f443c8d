import type { BackendFacts } from '../worker/protocol.js';

/** What a backend reports, as rows of a list of facts. */
export function FactRows({ facts }: { readonly facts: BackendFacts }) {
  const { tensorflow, ...details } = facts.details;
  const rows = Object.entries({
    threads: String(facts.threads),
    precision: `${facts.precision} bits`,
    ...details,
    ...(tensorflow !== undefined && { 'TensorFlow.js': tensorflow }),
  });
  return <>{rows.map(([key, value]) => [<dt key={key}>{key}</dt>, <dd key={`${key} is`}>{value}</dd>])}</>;
}
