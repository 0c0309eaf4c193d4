import type { Writable } from 'node:stream';
import { Option } from '@commander-js/extra-typings';
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../transport/log.ts';
import { ConfigError } from '../base/errors.ts';
import { isTerminal } from './io.ts';
import { LOG_FORMATS, type LogFormat, logFormatter } from './logFormat.ts';

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

/** A log that writes lines to a stream, each in one piece. */
export function createLog(options: LogOptions): AdjustableLog {
  const { format, hasColor, hasPid, stream, now = Date.now } = options;
  const toText = logFormatter(format, isTerminal(stream), hasColor);
  const common: LogFields = hasPid ? { pid: process.pid } : {};
  let least = severity(options.level);
  const writerOf =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (severity(level) < least) return;
      const record = { timeMs: now(), level, message, fields: { ...common, ...fields } };
      stream.write(`${toText(record)}\n`);
    };
  return {
    trace: writerOf('trace'),
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
    crit: writerOf('crit'),
    setLevel(level) {
      least = severity(level);
    },
  };
}

/**
 * A level by its name, in any letters; `warning` and `critical` too, as op-node takes them.
 *
 * @throws ConfigError for any other word.
 */
export function toLogLevel(word: string): LogLevel {
  const name = word
    .toLowerCase()
    .replace(/^warning$/, 'warn')
    .replace(/^critical$/, 'crit');
  const level = LOG_LEVELS.find((known) => known === name);
  if (level === undefined) {
    throw new ConfigError('log.level', `\`${word}\``, `one of ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}

/** op-node's two log flags that every command may have; new objects for each command. */
export function logFlags() {
  return {
    level: new Option('--log.level <level>', 'lowest level that is written')
      .env('OP_NODE_LOG_LEVEL')
      .argParser(toLogLevel)
      .default('info'),
    format: new Option('--log.format <format>', 'form of the log lines')
      .env('OP_NODE_LOG_FORMAT')
      .choices(LOG_FORMATS)
      .default('text'),
  };
}

function severity(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}
