import type { L1BlockRef } from '../protocol/ids.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { SourceError } from './errors.ts';
import type { L1Source } from './l1Source.ts';

/** L1 blocks between two comparisons: a lie is found at most this much later. */
const CROSS_CHECK_INTERVAL = 128n;

/** Nearer to the head endpoints may differ for a while without lying. Two epochs, in L1 blocks. */
const CROSS_CHECK_DEPTH = 64n;

/** Whether a block is one of those at which endpoints are compared. */
export function isCrossChecked(number: bigint, head: L1BlockRef | undefined): boolean {
  if (head === undefined || number + CROSS_CHECK_DEPTH > head.number) return false;
  return number % CROSS_CHECK_INTERVAL === 0n;
}

/**
 * Compares what all endpoints have at the height of a block. A hash proves what a block holds, not
 * that the chain it is on is the L1: only other witnesses can speak against a made-up chain.
 *
 * Choice: endpoints that fail or lag have no voice, and with one endpoint there is nothing to
 * compare. op-node and kona know only one endpoint.
 *
 * @returns True when nobody contradicts.
 * @throws  SourceError `unverified` that names who says what. Only the operator knows who is right.
 */
export async function crossCheck(
  source: Pick<L1Source, 'witnesses'>,
  block: L1BlockRef,
  options: AbortOptions = {},
): Promise<true> {
  const witnesses = await source.witnesses(block.number, options);
  if (witnesses.every(({ ref }) => ref.hash === block.hash)) return true;
  const said = witnesses.map(({ name, ref }) => `${name} says ${ref.hash}`).join(', ');
  const given = `endpoints disagree on L1 block ${block.number}: we were given ${block.hash}`;
  throw new SourceError('unverified', `${given}, ${said}`);
}
