import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StopSignals } from './stop-signals.js';

let stop: StopSignals;
const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
const receive = (signal: NodeJS.Signals, milliseconds = 1000) => {
  vi.advanceTimersByTime(milliseconds);
  process.emit(signal);
};
const begin = (...options: ConstructorParameters<typeof StopSignals>) => {
  stop = new StopSignals(...options);
};

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1']) process.removeAllListeners(signal);
  exit.mockClear();
  vi.useRealTimers();
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s stops the work once, or ends the process where there is none', (signal, code) => {
  const whenStopped = vi.fn();
  begin();
  stop.abortFirst(whenStopped);
  receive(signal);
  receive(signal, 10); // npm's copy of it
  expect([stop.signal.aborted, stop.exitCode]).toEqual([true, code]);
  expect(whenStopped).toHaveBeenCalledOnce();
  expect(exit).not.toHaveBeenCalled();
  stop.end();
  receive('SIGHUP'); // a second hangup, as the work ends
  process.removeAllListeners(signal);
  begin();
  exit.mockImplementationOnce(() => {
    throw new Error('ended');
  });
  expect(() => receive(signal)).toThrow('ended');
  expect(exit).toHaveBeenCalledWith(code);
});

it.each([
  [['SIGINT', 'SIGINT'], 130],
  [['SIGTERM', 'SIGTERM'], 143],
  [['SIGINT', 'SIGTERM'], 143],
  [['SIGHUP', 'SIGHUP'], null], // the shell's and the kernel's
  [['SIGHUP', 'SIGTERM'], null], // a session that is taken down
  [['SIGTERM', 'SIGHUP'], null],
  [['SIGUSR1', 'SIGTERM'], null], // Slurm at the time limit; half a minute later it kills
  [['SIGUSR1', 'SIGTERM', 'SIGTERM'], 143],
] as const)('after %s it quits with %s', (signals, code) => {
  begin(() => {}, { also: ['SIGUSR1'] });
  for (const signal of signals) receive(signal);
  expect(exit.mock.calls).toEqual(code === null ? [] : [[code]]);
  expect(stop.signal.aborted).toBe(true);
});

it('a signal that is ignored does nothing', () => {
  begin(null, { ignored: ['SIGHUP'] });
  receive('SIGHUP');
  expect(stop.signal.aborted).toBe(false);
  expect(exit).not.toHaveBeenCalled();
});
