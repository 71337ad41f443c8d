import { Notice } from '../components/notice.js';
import { networkTitle } from '../components/format.js';
import { fetching, isListed } from '../hub/hub.js';
import { room } from '../route.js';
import { isNews, openedFile, opening, openingProblem, readiness } from './opened-file.js';
import { refusal } from './take-files.js';

/** Where the file went that was opened last, in whichever room; how far it has come, or what is wrong with it. */
export function News() {
  const refused = refusal.value;
  return (
    <div class="news">
      {fetching.value !== null && !isListed.value && <Fetching />}
      {opening.value !== null && <Opening />}
      {isNews.value && opening.value === null && <WhereItIs />}
      <OpeningProblem />
      {refused !== null && (
        <Notice
          kind="problem"
          onClose={() => {
            refusal.value = null;
          }}
        >
          <p>{refused}</p>
        </Notice>
      )}
    </div>
  );
}

/** A network on its way, for a visitor who has left the room where it was asked for. */
function Fetching() {
  const { name, progress } = fetching.value ?? { name: '', progress: null };
  return (
    <div class="news-opening">
      <span>
        Fetching “{name}” in <a href="#use">Use</a> …
      </span>
      <progress
        aria-label="How much has arrived"
        {...(progress?.of && { value: progress.bytes / progress.of })}
        max={1}
      />
    </div>
  );
}

function Opening() {
  const { name, share } = opening.value ?? { name: '', share: null };
  return (
    <div class="news-opening" role="status">
      <span>
        {isNews.value ? `“${name}” is drawn in Look. Reading its numbers for Use …` : `Opening “${name}” …`}
      </span>
      <progress aria-label="How much is done" {...(share !== null && { value: share })} max={1} />
    </div>
  );
}

function WhereItIs() {
  const file = openedFile.value;
  if (file === null) return null;
  const state = readiness.value;
  const [inLook, inUse, inTrain] = [room.value === 'look', room.value === 'use', room.value === 'train'];
  return (
    <Notice
      kind="info"
      onClose={() => {
        isNews.value = false;
      }}
    >
      <p>
        <strong>“{file.name}” is open.</strong>{' '}
        {inLook ? 'It is drawn here' : <a href="#look">See it drawn in Look</a>}
        {state.is === 'ready' && (
          <>
            {inLook ? ', and ' : '; '}
            {inUse ? 'show it a picture here' : <a href="#use">answers in Use</a>}
            {inTrain && ', and its last layer can learn your classes here'}
          </>
        )}
        .{state.is === 'failed' && ` It can’t classify pictures in Use: ${state.why}`}
      </p>
    </Notice>
  );
}

function OpeningProblem() {
  const found = openingProblem.value;
  if (found === null) return null;
  const { message, networks, openAs } = found;
  return (
    <Notice
      kind="problem"
      onClose={() => {
        openingProblem.value = null;
      }}
    >
      <p>{message}</p>
      {networks.length > 0 && (
        <div class="row">
          {networks.map((name) => (
            <button key={name} type="button" class="button" onClick={() => openAs(name)}>
              {networkTitle(name)}
            </button>
          ))}
        </div>
      )}
    </Notice>
  );
}
