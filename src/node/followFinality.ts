import type { Hash } from '../base/bytes.ts';
import { EngineError } from '../engine/errors.ts';
import { sendForkchoice } from '../engine/forkchoice.ts';
import { promoteFinalized } from '../engine/heads.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import { SourceError } from '../sources/errors.ts';
import type { DriverPorts } from './driverPorts.ts';
import { decideFinality, type FinalityFacts } from './finality.ts';
import { readL2Ref } from './outputs.ts';
import type { Wake } from './wake.ts';

/**
 * Raises the finalized head after signals of L1, and when `wake` rings, until the signal is
 * aborted.
 *
 * @param reset Told when L1 has finalized something else than was derived from.
 */
export async function followFinality(
  ports: DriverPorts,
  wake: Wake,
  reset: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = ports.l1Heads.onChange((label) => {
    if (label === 'finalized') wake.ring();
  });
  try {
    while (!signal.aborted) {
      await wake.next({ signal });
      await finalizeOnce(ports, reset, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop();
  }
}

async function finalizeOnce(
  ports: DriverPorts,
  reset: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { chain, l1Heads, safeHeads, log } = ports;
  const finalizedL1 = l1Heads.head('finalized');
  const heads = chain.current();
  if (finalizedL1 === undefined || heads === undefined || !chain.areKnown()) return;
  const record = await safeHeads.at(finalizedL1.number);
  const { finalizedHead: finalizedL2, safeHead: safeL2 } = heads;
  if (record === undefined || record.l2.number <= finalizedL2.number) return;
  try {
    const canonical = await canonicalHashes(ports, finalizedL1, record.l1.number, signal);
    const verdict = decideFinality({ finalizedL1, record, finalizedL2, safeL2, canonical });
    if (verdict.type === 'reset') reset(verdict.message);
    if (verdict.type === 'nothing') log.debug('nothing to finalize', { because: verdict.because });
    if (verdict.type !== 'finalize') return;
    await finalize(ports, verdict.l2.hash, signal);
  } catch (error) {
    // The next signal, or the next L1 blocks read, bring another try.
    if (!(error instanceof SourceError || error instanceof EngineError)) throw error;
    log.debug('finality could not be checked', { err: error });
  }
}

/** What is canonical at the height of the signal, and at that of a record not above it. */
async function canonicalHashes(
  { l1Refs }: DriverPorts,
  finalizedL1: L1BlockRef,
  recordNumber: bigint,
  signal: AbortSignal,
): Promise<FinalityFacts['canonical']> {
  // The ancestors of what is final are: mostly they have been read, and nobody need be asked.
  const ancestor = l1Refs.ancestor(finalizedL1, recordNumber);
  if (ancestor !== undefined) return { atSignal: finalizedL1.hash, atRecord: ancestor };
  const atSignal = (await l1Refs.byNumber(finalizedL1.number, { signal }))?.hash;
  if (recordNumber === finalizedL1.number) return { atSignal, atRecord: atSignal };
  return { atSignal, atRecord: (await l1Refs.byNumber(recordNumber, { signal }))?.hash };
}

async function finalize(
  { chain, engine, config, log }: DriverPorts,
  hash: Hash,
  signal: AbortSignal,
): Promise<void> {
  const envelope = await engine.block({ hash }, { signal });
  if (envelope === undefined) return;
  const block = readL2Ref(config.rollup, envelope);
  await chain.change(async (heads) => {
    if (block.number > heads.safeHead.number) return [heads, undefined];
    return sendForkchoice(engine, promoteFinalized(heads, block), { signal });
  });
  log.info('finalized', { number: block.number, hash });
}
