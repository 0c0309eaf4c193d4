import { type Hash, hexToBytes } from '../../base/bytes.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { l1BlockFromRpc, l1BlockOf, provenL1Block } from '../../sources/verify.ts';
import { assertBlob, type BlobKzg } from '../../sources/verifyBlob.ts';
import { UsageError } from '../exit.ts';
import { type JsonLine, readJsonLines } from './lines.ts';
import { type OpenProofs, openProofs } from './openProofs.ts';
import type { Recording } from './recording.ts';

/** A proven L1 block and the line it came from. */
export type RecordedL1Block = { readonly line: number; readonly block: L1Block };

/** L1 blocks whose proofs run ahead of the one being used, at most. */
const READ_AHEAD_L1_BLOCKS = 16;

/**
 * The L1 blocks of a recording in order, each proven: header hash, transactions and receipts roots,
 * senders, blobs against their versioned hashes, and the link to the block before. Proofs of the
 * next blocks run while one is used.
 *
 * @param proofs Takes the proofs of the blobs, so that nobody waits for them here. Who gives it
 *               believes nothing before all of them are through.
 * @throws UsageError naming file, line, what was expected and found: for a line that is not in the
 *         form of a recording, and for a block that is not what it claims to be.
 */
export async function* recordedL1Blocks(
  recording: Recording,
  kzg: BlobKzg,
  proofs: OpenProofs = openProofs(0),
): AsyncGenerator<RecordedL1Block, void, void> {
  const ahead: Promise<RecordedL1Block>[] = [];
  const lines = readJsonLines(recording.l1File);
  let last: L1Block | undefined;
  let isOver = false;
  for (;;) {
    while (!isOver && ahead.length < READ_AHEAD_L1_BLOCKS) {
      const { value, done } = await lines.next();
      isOver = done === true;
      if (value !== undefined) {
        const proven = provenBlock(recording, value, kzg, proofs);
        // Its failure is told when its turn comes, not before.
        proven.catch(() => undefined);
        ahead.push(proven);
      }
    }
    const proven = await ahead.shift();
    if (proven === undefined) return;
    if (last !== undefined) assertLinked(recording, last, proven);
    last = proven.block;
    yield proven;
  }
}

async function provenBlock(
  recording: Recording,
  { line, json }: JsonLine,
  kzg: BlobKzg,
  proofs: OpenProofs,
): Promise<RecordedL1Block> {
  const where = `${recording.l1File}, line ${line}`;
  const { block, receipts, blobs } = json;
  if (block === undefined) throw new UsageError(`${where}: expected a field \`block\`, found none`);
  let fact: L1Block;
  try {
    fact = factOf(recording.rollup, block, receipts ?? null, recordedBlobs(where, blobs));
  } catch (error) {
    throw faultAt(where, error);
  }
  for (const tx of fact.inboxTxs) {
    for (const { versionedHash, data } of tx.blobs) {
      if (data !== undefined) await proofs.add(proveBlob(where, kzg, versionedHash, data));
    }
  }
  return { line, block: fact };
}

async function proveBlob(
  where: string,
  kzg: BlobKzg,
  versionedHash: Hash,
  data: Uint8Array,
): Promise<void> {
  try {
    await assertBlob(kzg, versionedHash, data);
  } catch (error) {
    throw faultAt(where, error);
  }
}

function faultAt(where: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(`${where}: ${reason}`, { cause: error });
}

function factOf(
  config: RollupConfig,
  block: unknown,
  receipts: unknown,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): L1Block {
  if (receipts === null) {
    // The rollup's genesis block needs no receipts: its updates are in the genesis system config.
    const proven = provenL1Block(block);
    if (proven.hash === config.genesis.l1.hash) return l1BlockOf(config, proven, [], blobs);
  }
  return l1BlockFromRpc({ config }, block, receipts, blobs);
}

function recordedBlobs(where: string, blobs: unknown): ReadonlyMap<Hash, Uint8Array> {
  const byHash = new Map<Hash, Uint8Array>();
  if (blobs === undefined || blobs === null) return byHash;
  if (!Array.isArray(blobs)) throw new UsageError(`${where}: expected \`blobs\` to be a list`);
  for (const item of blobs as readonly unknown[]) {
    const { versionedHash, blob } = (item ?? {}) as { versionedHash?: unknown; blob?: unknown };
    if (typeof versionedHash !== 'string' || typeof blob !== 'string') {
      throw new UsageError(`${where}: expected \`versionedHash\` and \`blob\` in each blob`);
    }
    byHash.set(versionedHash.toLowerCase() as Hash, hexToBytes(blob));
  }
  return byHash;
}

function assertLinked(recording: Recording, last: L1Block, { line, block }: RecordedL1Block): void {
  const { number, parentHash } = block.ref;
  if (number === last.ref.number + 1n && parentHash === last.ref.hash) return;
  throw new UsageError(
    `${recording.l1File}, line ${line}: expected L1 block ${last.ref.number + 1n} with parent ` +
      `\`${last.ref.hash}\`, found ${number} with parent \`${parentHash}\``,
  );
}
