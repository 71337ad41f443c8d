import { hubWeights, type HubProgress } from '@resnetjs/weights';
import { duration, harmless, size } from './format.js';
import { Progress } from './progress.js';
import { columnsOf, wrapped } from './wrapped.js';

/** Configurations come with the weights, in no time. */
const isSmall = (file: string) => file.endsWith('.json');

/** Shows a download on stderr: what comes, how much, from where and under which licence; then a line of progress. */
export class DownloadView {
  readonly #progress = new Progress(process.stderr);
  #latest: HubProgress | null = null;
  #announced = '';
  /** Where the bytes began to come that the rate is of. */
  #begun = { bytes: 0, at: 0 };

  readonly show = (progress: HubProgress): void => {
    const { file, state, bytes } = progress;
    if (isSmall(file) && state !== 'retrying') return;
    const isNew = state !== this.#latest?.state || file !== this.#latest.file;
    this.#latest = progress;
    if (state === 'downloading') {
      if (isNew) this.#begun = { bytes, at: performance.now() };
      if (file !== this.#announced) this.#announce(progress);
      this.#update(progress);
    } else if (state === 'retrying') this.#print('interrupted', retryingWords(progress));
    else if (state === 'waiting' && isNew) this.#print('waiting', 'for another process that downloads it');
    else if (state === 'checking' && isNew) this.#progress.update(checkingState(progress));
  };

  /** How much of what was under way is kept; null if nothing is under way. */
  get kept(): string | null {
    if (this.#latest === null || !['downloading', 'retrying'].includes(this.#latest.state)) return null;
    const { bytes, of } = this.#latest;
    return of === null ? size(bytes) : `${megabytes(bytes)} of ${size(of)}`;
  }

  /** Removes the progress line. */
  end(): void {
    this.#progress.end();
  }

  #announce({ name, file, url, bytes, of }: HubProgress): void {
    this.#announced = file;
    const amount = of === null ? '' : `, ${bytes > 0 ? `${megabytes(bytes)} of ` : ''}${size(of)}`;
    this.#print(bytes > 0 ? 'resuming' : 'downloading', `${name}${amount}, from ${url}`);
    const license = hubWeights().find((row) => row.name === name.replace(/@main$/, ''))?.license ?? null;
    if (license !== null && isNonCommercial(license)) {
      this.#print('licence', `${license}: not for commercial use`);
    }
  }

  #print(label: string, words: string): void {
    const indent = 13;
    const text = wrapped(harmless(words), { columns: columnsOf(process.stderr), indent }).trimStart();
    this.#progress.print(`${this.#progress.paint('bold', label.padEnd(indent))}${text}`);
  }

  #update({ bytes, of }: HubProgress): void {
    const seconds = (performance.now() - this.#begun.at) / 1000;
    const rate = (bytes - this.#begun.bytes) / seconds; // bytes a second
    const figures =
      rate > 0 && seconds > 0
        ? [`${size(rate)}/s`, ...(of === null ? [] : [`${duration((of - bytes) / rate)} left`])]
        : [];
    const [done, all] = [bytes, of ?? bytes].map((each) => Math.round(each / 1e6)) as [number, number];
    this.#progress.update({ ...labels('downloading'), done, of: all, unit: 'MB', figures });
  }
}

/** Whether a licence is for uses alone that earn no money. */
export function isNonCommercial(license: string): boolean {
  return /(^|-)nc(-|$)/i.test(license);
}

const labels = (label: string) => ({ label, short: label });

function checkingState({ bytes }: HubProgress) {
  const all = Math.round(bytes / 1e6);
  return { ...labels('checking'), done: all, of: all, unit: 'MB', figures: [] };
}

function retryingWords({ reason = '', waitMilliseconds = 0 }: HubProgress): string {
  const seconds = Math.round(waitMilliseconds / 1000);
  return `${reason} ${seconds === 0 ? 'Trying again.' : `Next attempt in ${duration(seconds)}.`}`;
}

/** A number whose unit follows another one's. */
function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
