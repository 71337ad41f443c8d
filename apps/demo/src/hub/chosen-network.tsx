import { bytes, percent } from '../components/format.js';
import { Notice } from '../components/notice.js';
import type { HubProgress } from '@resnetjs/weights';
import { type Choice, hostOf } from './choices.js';
import { fetchByName, fetching, hubProblem, isOf, isUnkept, kept, removeKept, stopFetching } from './hub.js';
import { servers } from './servers.js';

/** What is known of a network before it is fetched, what fetching it tells others, and how far it is. */
export function ChosenNetwork({ choice }: { readonly choice: Choice }) {
  const { name, row } = choice;
  const stored = (kept.value ?? []).filter((each) => isOf(each, name));
  const isWhole = stored.some(({ isPartial }) => !isPartial);
  const arrived = stored.find(({ isPartial }) => isPartial)?.bytes ?? 0;
  const now = fetching.value;
  const problem = hubProblem.value;
  return (
    <section class="hub-chosen" aria-label="The chosen network">
      <h3>{row?.network ?? name}</h3>
      <Facts choice={choice} />
      {!isWhole && <WhatLeaves choice={choice} />}
      {now !== null && now.name === name ? (
        <Progress progress={now.progress} />
      ) : (
        <div class="row">
          <button
            type="button"
            class="button primary"
            disabled={now !== null}
            onClick={() => void fetchByName(name, { offline: isWhole })}
          >
            {isWhole
              ? 'Open it'
              : arrived > 0
                ? 'Resume'
                : row === null
                  ? 'Fetch it'
                  : `Fetch ${bytes(row.bytes)}`}
          </button>
          {arrived > 0 && !isWhole && (
            <>
              <button type="button" class="button" onClick={() => void removeKept(name)}>
                Discard
              </button>
              <span class="aside number" role="status">
                {bytes(arrived)} {row !== null && `of ${bytes(row.bytes)} `}have arrived.
              </span>
            </>
          )}
        </div>
      )}
      {isUnkept.value && (
        <p class="aside">
          This browser keeps nothing for this page: the network stays until the page is closed.
        </p>
      )}
      {problem !== null && problem.name === name && (
        <Notice
          kind="problem"
          title="It could not be fetched"
          onClose={() => {
            hubProblem.value = null;
          }}
        >
          <p>{problem.message}</p>
          {row !== null && choice.source !== 'hf' && (
            <p>
              Or <a href={row.url}>download the file</a> as any other, and drop it on this page.
            </p>
          )}
        </Notice>
      )}
    </section>
  );
}

function Facts({ choice }: { readonly choice: Choice }) {
  const { name, row } = choice;
  return (
    <dl class="facts">
      <dt>Name</dt>
      <dd>
        <code>{name}</code>
      </dd>
      <dt>From</dt>
      <dd>{hostOf(choice, servers.value)}</dd>
      {row === null ? (
        <>
          <dt>Size</dt>
          <dd>what its server says</dd>
        </>
      ) : (
        <>
          <dt>Size</dt>
          <dd class="number">{bytes(row.bytes)}</dd>
          <dt>Right on ImageNet</dt>
          <dd class="number">
            {row.accuracy.top1.toFixed(1)} % at first, {row.accuracy.top5.toFixed(1)} % in five guesses
            {', as published'}
          </dd>
          <dt>Licence</dt>
          <dd>{row.license ?? 'not said by its source'}</dd>
          <dt>Checked by</dt>
          <dd>{row.checksum}</dd>
        </>
      )}
    </dl>
  );
}

/** What the visitor decides by pressing the button. */
function WhatLeaves({ choice }: { readonly choice: Choice }) {
  const host = hostOf(choice, servers.value);
  return (
    <p class="hub-leaves">
      <strong>What leaves this browser:</strong> the name of the files, to {host} and the servers that it
      keeps files on. As every web server does, they see your network address, which browser you use and the
      address of this page’s site. Your pictures stay here: they are classified on this device.
      {choice.source !== 'hf' &&
        servers.value.mirror === null &&
        ' This server may not let web pages read its files; whether it does shows when it is asked.'}
    </p>
  );
}

function Progress({ progress }: { readonly progress: HubProgress | null }) {
  const share = progress?.of ? progress.bytes / progress.of : null;
  return (
    <div class="hub-progress">
      <div class="field-head">
        <span role="status">{words(progress)}</span>
        {share !== null && <span class="number">{percent(share)}</span>}
      </div>
      <progress aria-label="How much has arrived" {...(share !== null && { value: share })} max={1} />
      <div class="row">
        <button type="button" class="button" onClick={() => void stopFetching()}>
          Pause
        </button>
        <span class="aside number">
          {progress !== null && progress.bytes > 0 && bytes(progress.bytes)}
          {progress?.of && ` of ${bytes(progress.of)}`}
        </span>
      </div>
    </div>
  );
}

function words(progress: HubProgress | null): string {
  if (progress === null) return 'Asking the server …';
  const { state, file, reason } = progress;
  switch (state) {
    case 'asking':
      return 'Asking the server …';
    case 'downloading':
      return `Fetching ${file} …`;
    case 'retrying':
      return `${reason ?? 'It broke off.'} Trying again …`;
    case 'waiting':
      return 'Another tab is fetching it …';
    case 'checking':
      return 'Checking that it is whole …';
    case 'done':
      return 'It is here.';
    default:
      return state satisfies never;
  }
}
