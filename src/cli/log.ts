import type { Writable } from 'node:stream';
import { pino } from 'pino';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../transport/log.ts';
import { type JsonValue, parseJsonExact } from '../base/json.ts';
import { isTerminal } from './io.ts';
import { type LogFormat, logFormatter, type LogRecord, toPlain } from './logFormat.ts';

/** How and where log lines are written. */
export type LogOptions = {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly hasColor: boolean;
  readonly hasPid: boolean;
  readonly stream: Writable;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** A log whose least level can be changed while it runs (`admin_setLogLevel`). */
export type AdjustableLog = Log & { readonly setLevel: (level: LogLevel) => void };

/**
 * A log that writes lines to a stream, each in one piece. pino decides what is written; the form
 * of a line is ours.
 */
export function createLog(options: LogOptions): AdjustableLog {
  const { format, hasColor, hasPid, stream, now = Date.now } = options;
  const toText = logFormatter(format, isTerminal(stream), hasColor);
  const logger = pino(
    {
      base: hasPid ? { pid: process.pid } : null,
      customLevels: PINO_LEVELS,
      useOnlyCustomLevels: true,
      level: options.level,
      messageKey: MESSAGE_KEY,
      timestamp: () => `,"${TIME_KEY}":${now()}`,
      // Names of pino's own have a meaning there; here every field is only a field.
      nestedKey: FIELDS_KEY,
    },
    { write: (line: string) => stream.write(`${toText(readRecord(line))}\n`) },
  );
  const writerOf =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      logger[level](toPlain(fields), message);
  return {
    trace: writerOf('trace'),
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
    crit: writerOf('crit'),
    setLevel(level) {
      logger.level = level;
    },
  };
}

const TIME_KEY = 't';
const MESSAGE_KEY = 'msg';
const FIELDS_KEY = 'fields';

/** pino's numbers, of which only the order counts. */
const PINO_LEVELS = Object.fromEntries(
  LOG_LEVELS.map((level, index) => [level, 10 * (index + 1)]),
) as { readonly [level in LogLevel]: number };

/** A line as pino wrote it, read back with every digit of its integers. */
function readRecord(line: string): LogRecord {
  const json = parseJsonExact(line) as { readonly [key: string]: JsonValue };
  const { pid } = json;
  const common: LogFields = pid === undefined ? {} : { pid };
  const level = LOG_LEVELS[Number(json['level']) / 10 - 1] as LogLevel;
  const fields = { ...common, ...(json[FIELDS_KEY] as LogFields | undefined) };
  return { timeMs: Number(json[TIME_KEY]), level, message: String(json[MESSAGE_KEY]), fields };
}
