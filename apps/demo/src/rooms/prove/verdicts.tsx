import { FactRows } from '../../components/backend-facts.js';
import { backendTitle, scientific } from '../../components/format.js';
import { proving } from './each-backend.js';
import { type Proof, proofs, summarize } from './proof.js';

/** Each backend's result, with its facts. */
export function Verdicts() {
  if (proofs.value.length === 0) {
    return (
      <p class="aside prove-words">
        A backend is what does the arithmetic: WebAssembly on the processor, WebGL on the graphics card. Where
        there is none, the processor does its work, and takes some minutes.
      </p>
    );
  }
  return (
    <div class="verdicts">
      {proofs.value.map((proof) => (
        <Verdict key={proof.backend} proof={proof} />
      ))}
    </div>
  );
}

function Verdict({ proof }: { readonly proof: Proof }) {
  const { facts, problem, backend } = proof;
  const { passed, total, closest } = summarize(proof);
  const holds = total > 0 && passed === total;
  return (
    <section class="verdict" aria-label={backendTitle[backend]}>
      <h2>{backendTitle[backend]}</h2>
      {total > 0 ? (
        <p class={`verdict-words ${holds ? 'good' : 'bad'}`}>
          <strong>
            {passed} of {total}
          </strong>{' '}
          within their bounds
        </p>
      ) : (
        <p class="verdict-words">{problem === null && proving.value !== null ? 'Waiting' : 'Not measured'}</p>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {facts !== null && (
        <dl class="facts">
          {closest !== null && (
            <>
              <dt>Closest to its bound</dt>
              <dd>
                {scientific(closest.error)}, with {scientific(closest.allowed)} allowed, in {closest.name}
              </dd>
            </>
          )}
          <FactRows facts={facts} />
        </dl>
      )}
    </section>
  );
}
