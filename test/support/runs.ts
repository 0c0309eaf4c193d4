/** Seed of all properties: always the same one, unless `npm run fuzz` sets another. */
export const SEED = numberOf('HEADWATER_FUZZ_SEED', 1);

const TIMES = numberOf('HEADWATER_FUZZ_TIMES', 1);

/** How often a property is tried: `count` in the suite, and more often by `npm run fuzz`. */
export function runs(count: number): number {
  return count * TIMES;
}

function numberOf(name: string, otherwise: number): number {
  const given = process.env[name];
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new RangeError(`expected a whole number from 1 in \`${name}\`, found \`${given}\``);
  }
  return number;
}
