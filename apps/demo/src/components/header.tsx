import { room, rooms } from '../route.js';
import { setTheme, theme, themes } from '../theme.js';
import { findChosen } from '../files/found-files.js';
import { modelTypes } from '../files/sort-files.js';
import { takeFiles } from '../files/take-files.js';
import { BackendChoice } from './backend-choice.js';
import { FileButton, imageTypes } from './file-button.js';

export function Header() {
  return (
    <header class="head">
      <a class="head-name" href="#look" aria-label="ResNet.js, to the first room">
        <Mark />
        <span>ResNet.js</span>
      </a>
      <nav class="head-rooms" aria-label="Rooms">
        {rooms.map(({ name, title }) => (
          <a key={name} href={`#${name}`} aria-current={room.value === name ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="head-tools">
        <FileButton
          class="quiet"
          purpose="any"
          accept={`${modelTypes},${imageTypes}`}
          multiple
          onFiles={async (files) => takeFiles(await findChosen(files))}
        >
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <path
              d="M3 13v3h14v-3M10 13V4M6 8l4-4 4 4"
              fill="none"
              stroke="currentColor"
              stroke-width="1.7"
              stroke-linecap="round"
              stroke-linejoin="round"
            />
          </svg>
          <span class="head-open">Open</span>
          <span class="visually-hidden"> a model or a picture</span>
        </FileButton>
        <BackendChoice />
        <ThemeButton />
      </div>
    </header>
  );
}

/** The logo: a block, and the shortcut over it. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 28 20" width="28" height="20" aria-hidden="true">
      <path class="mark-line" d="M2 13h24" />
      <rect class="mark-block" x="9" y="8" width="10" height="10" rx="2" />
      <path class="mark-shortcut" d="M3 13C3 -1 25 -1 25 13" />
    </svg>
  );
}

function ThemeButton() {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system';
  const names = { system: 'as the system', light: 'light', dark: 'dark' };
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Colours: ${names[theme.value]}. Change to ${names[next]}`}
      title={`Colours: ${names[theme.value]}`}
      onClick={() => setTheme(next)}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
        {theme.value === 'system' && <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />}
        {theme.value === 'dark' && <circle cx="10" cy="10" r="7" fill="currentColor" />}
        {theme.value === 'light' && <circle cx="10" cy="10" r="2" fill="currentColor" />}
      </svg>
    </button>
  );
}
