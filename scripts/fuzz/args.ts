import { parseArgs } from 'node:util';

/** One file of properties, tried with one seed and so many times the runs of the suite. */
export type Attempt = { readonly file: string; readonly seed: number; readonly times: number };

/** What is asked for; `seed` only where one round with that seed is wanted. */
export type FuzzArgs = {
  readonly minutes: number;
  readonly seed: number | undefined;
  readonly times: number;
  readonly only: string;
};

/** What `--help` prints. */
export const HELP = `Tries the properties with new seeds and more runs, round after round.
It takes every core of the machine: one file of tests on each at a time.

  --minutes N  starts no further file after N minutes; 10
  --times N    N times the runs of the suite; 20
  --only TEXT  only test files whose path contains TEXT
  --seed S     one round with this seed, to repeat a failure
  --help       this text

Each failure is printed with the command that repeats it. The exit code is 1 after a failure.`;

/**
 * Arguments of `scripts/fuzz.ts`.
 *
 * @throws RangeError, or Node's TypeError on unknown options, with what was expected.
 */
export function parseFuzzArgs(argv: readonly string[]): FuzzArgs | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '10' },
      times: { type: 'string', default: '20' },
      only: { type: 'string', default: '' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    minutes: numberOf('minutes', values.minutes),
    times: wholeOf('times', values.times),
    seed: values.seed === undefined ? undefined : wholeOf('seed', values.seed),
    only: values.only,
  };
}

/** Tries the same file with the same seed and as many runs. */
export function repeatCommand({ file, seed, times }: Attempt): string {
  return `npm run fuzz -- --only ${file} --seed ${seed} --times ${times}`;
}

function wholeOf(name: string, text: string): number {
  const number = numberOf(name, text);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`expected a whole number after \`--${name}\`, found \`${text}\``);
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new RangeError(`expected a positive number after \`--${name}\`, found \`${text}\``);
}
