import { backend, chooseBackend, engineState } from '../engine/session.js';
import { backendTitle } from './format.js';

/** After the backend has failed, the way to the other one. */
export function OtherBackend({ onReady }: { readonly onReady?: () => void }) {
  const state = engineState.value;
  // Without a worker, no backend runs.
  if (state.is !== 'failed' || state.problem.code === 'no-worker') return null;
  const other = backend.value === 'wasm' ? 'webgl' : 'wasm';
  return (
    <button type="button" class="link" onClick={() => void chooseBackend(other).then(onReady)}>
      Use {backendTitle[other]} instead
    </button>
  );
}
