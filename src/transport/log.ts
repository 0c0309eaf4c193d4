/** Levels of log lines, least severe first, as op-node names them. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'crit'] as const;

/** `error` stops something, `warn` may, `info` is sporadic, `debug` is per step. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts beside the message: strings, numbers, bigints, booleans, errors; anything else as JSON. */
export type LogFields = { readonly [key: string]: unknown };

/** Tells what goes on. The message is fixed text; what varies goes into the fields. */
export type Log = {
  readonly [level in LogLevel]: (message: string, fields?: LogFields) => void;
};

/** A log that nobody reads. */
export const SILENT_LOG: Log = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  crit() {},
};
