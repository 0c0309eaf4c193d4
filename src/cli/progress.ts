import type { Writable } from 'node:stream';
import { isTerminal } from './io.ts';

/** A line that a terminal redraws is redrawn at most this often. */
const REDRAW_MS = 100;

/** Where lines stay, in files and CI logs, a new one comes at most this often. */
const LINE_MS = 5_000;

/** The rate shown is that of the last stretch of at least this length. */
const RATE_WINDOW_MS = 2_000;

/** What progress is about. */
export type ProgressOptions = {
  /** A verb: `replaying`. */
  readonly label: string;
  /** Plural noun of what is counted: `L1 blocks`. */
  readonly unit: string;
  /** How many there will be; undefined when nobody knows. */
  readonly total?: number | undefined;
  readonly stream: Writable;
  /** Milliseconds of any clock that does not go back. */
  readonly now?: () => number;
};

/** A line of progress. It draws only inside `update` and `stop`, so busy loops may use it too. */
export type Progress = {
  /** `done` of `total` are done. `note` is a short addition: `L2 block 1,204`. */
  readonly update: (done: number, note?: string) => void;
  /** Clears the redrawn line. Nothing may be drawn after. */
  readonly stop: () => void;
};

/** Starts a line of progress: one that is redrawn on a terminal, now and then a line elsewhere. */
export function startProgress(options: ProgressOptions): Progress {
  const { stream, now = () => performance.now() } = options;
  const isRedrawn = isTerminal(stream);
  const startedAt = now();
  let drawnAt = isRedrawn ? Number.NEGATIVE_INFINITY : startedAt;
  let mark = { at: startedAt, done: 0 };
  let perSecond = 0;

  return {
    update(done, note = '') {
      const at = now();
      if (at - drawnAt < (isRedrawn ? REDRAW_MS : LINE_MS)) return;
      drawnAt = at;
      if (at - mark.at >= RATE_WINDOW_MS || perSecond === 0) {
        perSecond = at > mark.at ? ((done - mark.done) * 1000) / (at - mark.at) : 0;
        mark = { at, done };
      }
      const line = progressLine(options, { done, perSecond, elapsedMs: at - startedAt, note });
      stream.write(isRedrawn ? `\r\u001b[2K${clipToWidth(line, stream)}` : `${line}\n`);
    },
    stop() {
      if (isRedrawn && drawnAt >= startedAt) stream.write('\r\u001b[2K');
    },
  };
}

/** Where a job stands. `perSecond` is the rate of the last stretch. */
export type ProgressState = {
  readonly done: number;
  readonly perSecond: number;
  readonly elapsedMs: number;
  readonly note: string;
};

/**
 * One line of progress: `replaying 1,234/10,000 L1 blocks, 12%, 523/s, 17 s left, L2 block 4`.
 * The time left follows from the rate since the start, which a slow stretch cannot upset.
 */
export function progressLine(
  { label, unit, total }: Pick<ProgressOptions, 'label' | 'unit' | 'total'>,
  { done, perSecond, elapsedMs, note }: ProgressState,
): string {
  const parts = [`${label} ${toThousands(done)}${total ? `/${toThousands(total)}` : ''} ${unit}`];
  if (total) parts.push(`${Math.floor((100 * done) / total)}%`);
  parts.push(`${toRate(perSecond)}/s`);
  if (total && done > 0) {
    parts.push(`${toDuration((elapsedMs * Math.max(0, total - done)) / done)} left`);
  }
  if (note !== '') parts.push(note);
  return parts.join(', ');
}

/** `1234567` as `1,234,567`. */
export function toThousands(count: number | bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A rate with as many digits as it deserves: `0.25`, `7.1`, `523`, `12,345`. */
export function toRate(perSecond: number): string {
  if (perSecond >= 100) return toThousands(Math.round(perSecond));
  return perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

/** Milliseconds for people: `850 ms`, `17 s`, `4 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function toDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A wrapped line could not be redrawn. */
function clipToWidth(line: string, stream: Writable): string {
  const columns = 'columns' in stream ? Number(stream.columns) : 80;
  return line.length < columns ? line : `${line.slice(0, Math.max(1, columns - 2))}…`;
}
