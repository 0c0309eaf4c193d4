import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { GoFlag } from './goFlags.ts';

const PREFIXES = ['HEADWATER_', 'OP_NODE_'];

/** What the command line and the environment give for a command's flags. */
export type GivenFlags = {
  /** Values as commander keeps them: what `readGoFlags` reads. */
  readonly options: { readonly [name: string]: unknown };
  /** Names of the flags that somebody has given. */
  readonly given: ReadonlySet<string>;
  /** Names in the environment that begin like a flag's and belong to none. */
  readonly unknownNames: readonly string[];
};

/**
 * The flags of a command with both prefixes of the environment. The command line comes first,
 * then `HEADWATER_…`, then `OP_NODE_…`, then the default.
 */
export function flagsAndEnv(
  command: Pick<CommandUnknownOpts, 'opts' | 'getOptionValueSource'>,
  flags: readonly GoFlag[],
  env: { readonly [name: string]: string | undefined },
): GivenFlags {
  const options: { [name: string]: unknown } = { ...command.opts() };
  const given = new Set<string>();
  const known = new Set<string>();
  for (const { name, env: suffix = name.toUpperCase().replace(/[-.]/g, '_') } of flags) {
    const key = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const names = PREFIXES.map((prefix) => prefix + suffix);
    for (const each of names) known.add(each);
    const isTyped = command.getOptionValueSource(key as never) === 'cli';
    const value = names.map((each) => env[each]).find((text) => text !== undefined);
    if (!isTyped && value !== undefined) options[key] = value;
    if (isTyped || value !== undefined) given.add(name);
  }
  const unknownNames = Object.keys(env).filter(
    (name) => name.startsWith('OP_NODE_') && !known.has(name),
  );
  return { options, given, unknownNames };
}
