import { signal } from '@preact/signals';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'resnetjs-theme';

/** Light, dark, or the system's. */
export const theme = signal<Theme>(remembered());
/** Counts changes of the colour scheme, for everything that scripts paint. */
export const repaint = signal(0);

function remembered(): Theme {
  try {
    return themes.find((each) => each === localStorage.getItem(key)) ?? 'system';
  } catch {
    return 'system';
  }
}

export function setTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(key, next);
  } catch {
    // A browser without storage forgets the choice.
  }
  repaint.value++;
}

document.documentElement.dataset.theme = theme.value;
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  repaint.value++;
});
