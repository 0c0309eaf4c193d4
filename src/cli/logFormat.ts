import { encodeJsonExact, type JsonValue } from '../base/json.ts';
import type { LogFields, LogLevel } from '../transport/log.ts';
import { shortMessage } from './exit.ts';

/** Forms of a log line. `…ms`: with milliseconds. `json-pretty` takes a line for each field. */
export const LOG_FORMATS = [
  'text',
  'terminal',
  'logfmt',
  'logfmtms',
  'json',
  'jsonms',
  'json-pretty',
] as const;

/** `text` is `terminal` where a person watches, `logfmt` elsewhere. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One line to be written. `timeMs` since 1970. */
export type LogRecord = {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
};

/** Writes one record, without a line end. */
export type FormatLog = (record: LogRecord) => string;

/** The form named by `format`, for a stream that is a terminal or not. */
export function logFormatter(format: LogFormat, isWatched: boolean, hasColor: boolean): FormatLog {
  switch (format) {
    case 'text':
      return isWatched ? (record) => toTerminal(record, hasColor) : (record) => toLogfmt(record, 0);
    case 'terminal':
      return (record) => toTerminal(record, hasColor);
    case 'logfmt':
      return (record) => toLogfmt(record, 0);
    case 'logfmtms':
      return (record) => toLogfmt(record, 3);
    case 'json':
    case 'jsonms':
      return (record) => encodeJsonExact(toJson(record));
    case 'json-pretty':
      return (record) => toPrettyJson(toJson(record));
  }
}

/** `t=2026-11-21T11:25:42+0000 lvl=info msg="Rollup Config" l2_chain_id=1337`. Times are UTC. */
function toLogfmt({ timeMs, level, message, fields }: LogRecord, fraction: 0 | 3): string {
  const instant = new Date(timeMs).toISOString();
  const time = `${instant.slice(0, fraction === 0 ? 19 : 23)}+0000`;
  return `t=${time} lvl=${level} msg=${quote(message)}${toPairs(fields, 0)}`;
}

/** `INFO  [11-21|11:25:42.123] message padded to a column         key=value`. */
function toTerminal({ timeMs, level, message, fields }: LogRecord, hasColor: boolean): string {
  const color = hasColor ? COLOR[level] : 0;
  const name = level.toUpperCase().padEnd(5);
  const shown = color === 0 ? name : `\u001b[${color}m${name}\u001b[0m`;
  const instant = new Date(timeMs).toISOString();
  const time = `${instant.slice(5, 10)}|${instant.slice(11, 23)}`;
  const line = /\p{C}/u.test(message) ? quote(message) : message;
  const text = Object.keys(fields).length === 0 ? line : line.padEnd(MESSAGE_COLUMNS);
  return `${shown} [${time}] ${text}${toPairs(fields, color)}`;
}

/** `{"t":"2026-11-21T11:25:42.123Z","lvl":"info","msg":"…","l2_chain_id":1337}`. */
function toJson({ timeMs, level, message, fields }: LogRecord): JsonFields {
  const line: { [key: string]: JsonValue } = {
    t: new Date(timeMs).toISOString(),
    lvl: level,
    msg: message,
  };
  for (const [key, value] of Object.entries(fields)) line[key] = toJsonValue(value);
  return line;
}

type JsonFields = { readonly [key: string]: JsonValue };

function toPrettyJson(line: JsonFields): string {
  const fields = Object.entries(line).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${encodeJsonExact(value)}`,
  );
  return `{\n${fields.join(',\n')}\n}`;
}

const MESSAGE_COLUMNS = 40;

/** Terminal colours, as geth has them. */
const COLOR: { readonly [level in LogLevel]: number } = {
  trace: 34,
  debug: 36,
  info: 32,
  warn: 33,
  error: 31,
  crit: 35,
};

function toPairs(fields: LogFields, color: number): string {
  let text = '';
  for (const [key, value] of Object.entries(fields)) {
    const name = color === 0 ? quote(key) : `\u001b[${color}m${quote(key)}\u001b[0m`;
    const plain = toJsonValue(value);
    text += ` ${name}=${quote(typeof plain === 'string' ? plain : encodeJsonExact(plain))}`;
  }
  return text;
}

/** Quoted when it would otherwise not read as one value. */
function quote(text: string): string {
  return /^[^\s"=\p{C}]+$/u.test(text) ? text : JSON.stringify(text);
}

function toJsonValue(value: unknown): JsonValue {
  if (value === undefined) return null;
  if (value instanceof Error) return describeError(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  if (Array.isArray(value)) return value.map(toJsonValue);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJsonValue(part)]));
}

/** Fields as JSON can hold them: errors by what they say, the rest part by part. */
export function toPlain(fields: LogFields): { readonly [key: string]: JsonValue } {
  return toJsonValue(fields) as { readonly [key: string]: JsonValue };
}

/** Message of an error and of what caused it, as far as that is not in it already. */
function describeError(error: Error): string {
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const short = shortMessage(at);
    const message = short ?? (at.message || at.name);
    if (!parts.some((part) => part.includes(message))) parts.push(message);
    // That of viem has what its causes say.
    if (short !== undefined) break;
  }
  return parts.join(': ');
}
