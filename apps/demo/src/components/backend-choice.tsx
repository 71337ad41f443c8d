import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { backend, chooseBackend, engineState, occupied, getEngine } from '../engine/session.js';
import { whyOneThread } from '../isolation/isolate.js';
import type { BackendName } from '../worker/protocol.js';
import { OtherBackend } from './other-backend.js';
import { FactRows } from './backend-facts.js';
import { backendTitle } from './format.js';
import './backend-choice.css';

const choices: readonly { name: BackendName; description: string }[] = [
  {
    name: 'wasm',
    description: 'The processor, through WebAssembly with kernels of this library. Works everywhere.',
  },
  { name: 'webgl', description: 'The graphics card, through WebGL 2. Fast where there is a real one.' },
];

/** The backend, in the header, and the choice of another. */
export function BackendChoice() {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const state = engineState.value;
  useEffect(() => {
    if (!open.value) return;
    const close = (event: Event) => {
      const outside = event.type === 'pointerdown' && !root.current?.contains(event.target as Node);
      const escaped = event instanceof KeyboardEvent && event.key === 'Escape';
      if (!outside && !escaped) return;
      open.value = false;
      if (escaped) root.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, [open.value]);
  return (
    <div class="backend" ref={root}>
      <button
        type="button"
        class="quiet"
        aria-expanded={open.value}
        aria-controls="backend-panel"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span class={`lamp lamp-${state.is}`} aria-hidden="true" />
        <span class="backend-name">{backendTitle[backend.value]}</span>
        <span class="backend-state"> {stateText()}</span>
      </button>
      {open.value && (
        <section id="backend-panel" class="backend-panel" aria-label="Compute with">
          <fieldset disabled={occupied.value}>
            <legend>Compute with</legend>
            {choices.map(({ name, description }) => (
              <label key={name} class="choice">
                <input
                  type="radio"
                  name="backend"
                  checked={backend.value === name}
                  onChange={() => void chooseBackend(name)}
                />
                <span>
                  <strong>{backendTitle[name]}</strong>
                  <small>{description}</small>
                </span>
              </label>
            ))}
          </fieldset>
          {occupied.value && <p class="aside">A training is running; stop it to change this.</p>}
          {state.is === 'failed' && (
            <p class="aside problem" role="alert">
              {state.problem.message}{' '}
              <button type="button" class="link" onClick={() => void getEngine().catch(() => undefined)}>
                Start it again
              </button>{' '}
              <OtherBackend />
            </p>
          )}
          {state.is === 'ready' && (
            <dl class="facts">
              <FactRows facts={state.facts} />
            </dl>
          )}
          {whyOneThread.value !== null && backend.value === 'wasm' && (
            <p class="aside">One thread computes, because {whyOneThread.value}.</p>
          )}
        </section>
      )}
    </div>
  );
}

function stateText(): string {
  const state = engineState.value;
  switch (state.is) {
    case 'off':
      return '';
    case 'starting':
      return '· starting';
    case 'failed':
      return '· stopped';
    case 'ready':
      if (occupied.value) return '· training';
      return state.facts.threads > 1 ? `· ${state.facts.threads} threads` : '· ready';
    default:
      return state satisfies never;
  }
}
