import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * What a script was called with, as `parseArgs` reads it. `--help` prints `help` and ends the
 * process; an unknown option or a word too many ends it with 2 and says so.
 */
export function readArguments<const Config extends ParseArgsConfig>(
  help: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(help);
    process.exit(0);
  }
  return orRefuse(() => parseArgs(config));
}

/** What `parse` reads of the arguments; where it finds a wrong one, the process ends with 2. */
export function orRefuse<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) refuse(cause.message);
    throw cause;
  }
}

/** A number from 1; ends the process with 2 where `text` is none. */
export function countArgument(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  return refuse(`${name}: expected a whole number from 1, found \`${text}\``);
}

/** One of N parts, written `i/N`; ends the process with 2 where `text` is none. */
export function partArgument(text: string): { readonly index: number; readonly parts: number } {
  const [, index = 0, parts = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= parts) return { index, parts };
  return refuse(`part: expected such as 1/4, the first of four, found \`${text}\``);
}

/** Ends the process with 2, the exit code of a wrong call. */
export function refuse(message: string): never {
  console.error(`${message} (--help tells what can be given)`);
  process.exit(2);
}
