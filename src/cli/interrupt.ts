/** Exit code of a shell for a process ended by SIGINT. */
const EXIT_INTERRUPTED = 130;

let controller: AbortController | undefined;

/**
 * Aborts on the first SIGINT or SIGTERM, so that a command can put things in order; the second one
 * ends the process. Before the first call, signals end the process as usual.
 */
export function interruptSignal(): AbortSignal {
  if (controller !== undefined) return controller.signal;
  const created = new AbortController();
  controller = created;
  const onSignal = (signal: NodeJS.Signals) => {
    if (created.signal.aborted) process.exit(EXIT_INTERRUPTED);
    created.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return created.signal;
}

/** Waits for the abort. What is served meanwhile keeps the process alive. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Runs a service. To be stopped, at whatever it waits for, is its ordinary end. */
export async function untilStopped(signal: AbortSignal, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}
