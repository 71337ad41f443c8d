import { ResNetError } from '@resnetjs/core';
import { type FetchedWeights, fetchWeights } from '@resnetjs/weights/node';
import { resnetCommand } from '../process/command-name.js';
import { StopSignals } from '../process/stop-signals.js';
import { DownloadView } from '../terminal/download-view.js';
import { shellArgument } from '../terminal/shell-argument.js';
import { columnsOf, wrapped } from '../terminal/wrapped.js';

/**
 * The weights of a name on a hub, from the user's cache; what is missing is downloaded, and shown on stderr. A signal ends the process, which
 * says that the same command resumes the download.
 */
export async function fetchByName(
  name: string,
  { offline }: { readonly offline?: true | undefined } = {},
): Promise<FetchedWeights> {
  const view = new DownloadView();
  const stop = new StopSignals();
  const sayKept = () => {
    view.end();
    if (view.kept !== null) {
      process.stderr.write(`Stopped. ${view.kept} are kept, and the same command resumes from there.\n`);
    }
  };
  process.once('exit', sayKept);
  try {
    const fetched = await fetchWeights(name, { ...(offline && { offline }), onProgress: view.show });
    view.end();
    if (fetched.unchecked !== null) {
      const words = `The weights in the cache are used; whether there are newer ones could not be asked: ${fetched.unchecked}`;
      process.stderr.write(`${wrapped(words, { columns: columnsOf(process.stderr) })}\n`);
    }
    return fetched;
  } catch (error) {
    throw withCommand(error, name);
  } finally {
    view.end();
    process.off('exit', sayKept);
    stop.end();
  }
}

/** What is missing offline is fetched by a command. */
function withCommand(error: unknown, name: string): unknown {
  if (!(error instanceof ResNetError) || error.details.offline !== true) return error;
  const command = `${resnetCommand} hub fetch ${shellArgument(name)}`;
  const message = `${error.message.replace(/\.$/, '')}: ${command}`;
  return new ResNetError(error.code, message, error.details, { cause: error });
}
