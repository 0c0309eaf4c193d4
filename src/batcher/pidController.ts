/** Settings of a controller that follows the backlog and how it changes. */
export type PidConfig = {
  /** Weights of the error, of its sum over time and of its slope. */
  readonly kp: number;
  readonly ki: number;
  readonly kd: number;
  /** Bound of the sum, in either direction. */
  readonly integralMax: number;
  /** Highest intensity, above 0 and up to 1. */
  readonly outputMax: number;
  /** Between two looks the intensity stays as it is. */
  readonly sampleTimeMs: number;
};

/** What a controller remembers between two looks. */
export type PidState = {
  readonly integral: number;
  readonly error: number;
  readonly sampledMs: number;
  /** 0 to 1. */
  readonly intensity: number;
};

/**
 * One look at the backlog. The error is the part of the threshold by which the backlog is above it.
 *
 * @param state     Of the look before; undefined at the first.
 * @param threshold Bytes, above 0. At or below it everything is forgotten: undefined.
 * @param nowMs     Of any clock that does not go back.
 * @spec  protocol/batcher.md 8
 */
export function pidStep(
  config: PidConfig,
  state: PidState | undefined,
  threshold: number,
  backlogBytes: number,
  nowMs: number,
): PidState | undefined {
  if (backlogBytes <= threshold) return undefined;
  const { kp, ki, kd, integralMax, outputMax, sampleTimeMs } = config;
  const elapsedMs = state === undefined ? sampleTimeMs : nowMs - state.sampledMs;
  if (state !== undefined && elapsedMs < sampleTimeMs) return state;
  const seconds = elapsedMs / 1000;
  const error = (backlogBytes - threshold) / threshold;
  const integral = clamp((state?.integral ?? 0) + error * seconds, -integralMax, integralMax);
  const slope = state === undefined || seconds === 0 ? 0 : (error - state.error) / seconds;
  const intensity = clamp(kp * error + ki * integral + kd * slope, 0, outputMax);
  return { integral, error, sampledMs: nowMs, intensity };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
