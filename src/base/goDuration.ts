// Durations as Go writes and reads them: numbers with units one after the other, `1h2m3.5s`.

const UNIT_MS: { readonly [unit: string]: number } = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  // The micro sign, and the Greek letter that looks like it.
  '\u00b5s': 0.001,
  '\u03bcs': 0.001,
  ns: 0.000001,
};

/**
 * Milliseconds of a duration that is not negative, with or without a `+`; `0` needs no unit.
 * Undefined for other text.
 */
export function readGoDuration(text: string): number | undefined {
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  if (unsigned === '') return undefined;
  const part = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|us|\u00b5s|\u03bcs|ns|s)/y;
  let total = 0;
  while (part.lastIndex < unsigned.length) {
    const found = part.exec(unsigned);
    if (found === null) return undefined;
    total += Number(found[1]) * (UNIT_MS[found[2] as string] as number);
  }
  return total;
}

/** A number of milliseconds as Go prints it: `1.5s`, `1h0m0s`, `500ms`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0.001) return `${rounded(ms * 1e6)}ns`;
  if (ms < 1) return `${rounded(ms * 1e3)}µs`;
  if (ms < 1000) return `${rounded(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${rounded((ms - minutes * 60_000) / 1000)}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** Without what binary fractions add behind the nanoseconds. */
function rounded(value: number): number {
  return Number(value.toFixed(9));
}
