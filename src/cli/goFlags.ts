import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { ConfigError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import { readGoDuration } from '../base/goDuration.ts';

// Flags as the Go services of the stack have them: a value may follow after a space or `=`, a
// boolean may stand alone or be given as `=false`, a list is split at commas, a duration is written
// like `1h2m3.5s`, and each flag has a name in the environment.

/** What the value of a flag is. */
export type GoFlagKind = 'string' | 'integer' | 'number' | 'boolean' | 'duration' | 'list';

/** One flag. */
export type GoFlag = {
  /** Without the dashes. */
  readonly name: string;
  readonly kind: GoFlagKind;
  /** Without the service's prefix; the name in capitals when left out. */
  readonly env?: string;
  /** As one would type it. Booleans are false, the others absent, when left out. */
  readonly standard?: string;
  readonly about: string;
};

/** Values of flags, by name. Each reader throws ConfigError when the text is not of its kind. */
export type GoFlagValues = {
  readonly text: (name: string) => string | undefined;
  readonly requiredText: (name: string) => string;
  readonly integer: (name: string) => bigint;
  readonly number: (name: string) => number;
  readonly isSet: (name: string) => boolean;
  /** From 0 to 2^31 - 1, the most that a timer can wait. */
  readonly durationMs: (name: string) => number;
  /** A port from 0 to 65535; 0: any free one. */
  readonly port: (name: string) => number;
  readonly list: (name: string) => readonly string[];
  /** One of `words`, as it is written. */
  readonly oneOf: <T extends string>(name: string, words: readonly T[]) => T;
};

/** Adds `flags` to a command, each with its variable of the environment. */
export function addGoFlags(
  command: CommandUnknownOpts,
  prefix: string,
  flags: readonly GoFlag[],
): void {
  for (const flag of flags) {
    const value = flag.kind === 'boolean' ? '[true|false]' : `<${flag.kind}>`;
    const option = new Option(`--${flag.name} ${value}`, flag.about)
      .env(`${prefix}_${flag.env ?? flag.name.toUpperCase().replace(/[-.]/g, '_')}`)
      .default(flag.standard);
    command.addOption(flag.kind === 'boolean' ? option.preset('true') : option);
  }
}

/** More than 64 bits have, leading zeros included. */
const MAX_DIGITS = 40;

/** Reads what a command got. `options` is commander's record of the same flags. */
export function readGoFlags(options: { readonly [name: string]: unknown }): GoFlagValues {
  const text = (name: string): string | undefined => {
    // Commander writes `l1-eth-rpc` as `l1EthRpc`, and leaves dots alone.
    const key = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const value = options[key];
    return value === undefined || value === '' ? undefined : String(value);
  };
  const requiredText = (name: string): string => {
    const value = text(name);
    if (value === undefined) throw new ConfigError(name, 'nothing', 'a value; it is required');
    return value;
  };
  const integer = (name: string): bigint => {
    const value = requiredText(name);
    const found = `\`${excerpt(value)}\``;
    if (!/^\d+$/.test(value)) throw new ConfigError(name, found, 'a whole number');
    // A number of more digits takes long to read, and is beyond 64 bits anyway.
    if (value.length <= MAX_DIGITS && BigInt(value) >> 64n === 0n) return BigInt(value);
    throw new ConfigError(name, found, 'a whole number below 2^64');
  };
  return {
    text,
    requiredText,
    integer,
    number: (name) => {
      const value = requiredText(name);
      if (!/^\d+(\.\d+)?$/.test(value)) throw new ConfigError(name, `\`${value}\``, 'a number');
      return Number(value);
    },
    isSet: (name) => {
      const value = text(name) ?? 'false';
      if (/^(true|t|1)$/i.test(value)) return true;
      if (/^(false|f|0)$/i.test(value)) return false;
      throw new ConfigError(name, `\`${value}\``, 'true or false');
    },
    durationMs: (name) => parseDurationMs(requiredText(name), name),
    port: (name) => {
      const port = integer(name);
      if (port > 65_535n) throw new ConfigError(name, `\`${port}\``, 'a port from 0 to 65535');
      return Number(port);
    },
    list: (name) =>
      (text(name) ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    oneOf: (name, words) => {
      const value = requiredText(name);
      const word = words.find((known) => known === value);
      if (word !== undefined) return word;
      throw new ConfigError(name, `\`${excerpt(value)}\``, `one of ${words.join(', ')}`);
    },
  };
}

/** A timer of more overflows, and rings after 1 ms. It is 596 hours and a half. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Milliseconds of a duration in Go's form, like `1h2m3.5s` or `100ms`; `0` needs no unit.
 *
 * @throws ConfigError for anything else, negative ones and those beyond any timer too.
 */
export function parseDurationMs(text: string, field: string): number {
  const total = readGoDuration(text);
  if (total === undefined) {
    const found = text === '' ? 'nothing' : `\`${text}\``;
    throw new ConfigError(field, found, 'a duration like 1m30s or 500ms');
  }
  if (total > LONGEST_TIMER_MS) throw new ConfigError(field, `\`${text}\``, 'at most 596h');
  return total;
}

/** A duration below which polling would be a busy loop. @throws ConfigError naming the flag. */
export function atLeastMs(values: GoFlagValues, flag: string, leastMs: number): number {
  const value = values.durationMs(flag);
  if (value >= leastMs) return value;
  throw new ConfigError(flag, `${value} ms`, `at least ${leastMs} ms`);
}

/** Least time between two looks at a server, milliseconds. */
export const LEAST_POLL_MS = 10;
