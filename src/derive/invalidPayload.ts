import { isActive } from '../protocol/forks.ts';
import { depositsOnly } from '../protocol/payloadAttributes.ts';
import { flushChannel } from './pipeline.ts';
import type { DeriveState } from './state.ts';
import type { AttributesStep, Step } from './step.ts';

/** What follows an invalid payload. */
export type InvalidPayloadOutcome =
  /** From Holocene on: build `step` instead, on the same parent. The channel is flushed already. */
  | { readonly type: 'replace'; readonly step: AttributesStep }
  /**
   * Before Holocene: nothing takes its place. The pending safe head falls back to the safe head,
   * and derivation goes on from there with the next batch.
   */
  | { readonly type: 'drop' }
  /** Even the deposits alone are refused: whatever came next would fork. */
  | Extract<Step, { readonly type: 'halted' }>;

/**
 * Takes the engine's word that the payload of `step` is invalid, and says what follows. The fork is
 * that of the L1 block which the attributes were derived from, not of the L2 block.
 *
 * Rules, in order: deposits only halt; from Holocene on the channel is flushed and the deposits
 * alone replace the payload, upgrade transactions among them; before, the payload is dropped.
 *
 * @param problem  The engine's reason, for people.
 * @spec           protocol/derivation-2-attributes-engine.md 10.4
 */
export function applyInvalidPayload(
  state: DeriveState,
  step: AttributesStep,
  problem: string,
): InvalidPayloadOutcome {
  const attributes = depositsOnly(step.attributes);
  if (attributes.transactions.length === step.attributes.transactions.length) {
    const message =
      `The engine refuses L2 block ${step.parent.number + 1n} ` +
      `although it holds deposits only: ${problem}`;
    return { type: 'halted', reason: 'invalidDepositsOnly', message };
  }
  const { forkTimes } = state.config.rollup;
  if (!isActive(forkTimes, 'holocene', step.derivedFrom.timestamp)) return { type: 'drop' };
  flushChannel(state);
  return { type: 'replace', step: { ...step, attributes } };
}
