import { openEngine } from '../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { bigintToBytes, bytesToHex, type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { decodeDepositTx, encodeDepositTx } from '../../src/protocol/deposit.ts';
import { decodeL1InfoData, encodeL1InfoData } from '../../src/protocol/l1Info.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { l1InfoSourceHash } from '../../src/protocol/sourceHash.ts';
import { cpuStopwatch } from './cpu.ts';
import type { ChainWorkload } from './executeWorkloads.ts';

const WARM_UP_BLOCKS = 200;
const BLOCKS = 2000;
const BLOCKS_PER_ORIGIN = 6n;
const BLOCK_SECONDS = 2n;

/**
 * Blocks per second that hold their L1 attributes alone, as most blocks of a quiet chain do: built
 * on the end of a chain that has every fork, with Jovian attributes that go on with the chain (the
 * L1Block contract runs and writes), block after block through the engine: state root, header
 * hash, forkchoice, and the state stored each 100 blocks.
 */
export async function depositBlocksPerSecond({
  genesis,
  blocks,
}: ChainWorkload): Promise<{ readonly rate: number; readonly blocks: number }> {
  const engine = await openEngine(genesis, memoryKeyValueStore());
  const add = async (attributes: PayloadAttributes): Promise<void> => {
    const outcome = await engine.build(engine.heads().head, attributes);
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    const failed = outcome.block.receipts.findIndex(({ succeeded }) => !succeeded);
    if (outcome.block.receipts.length === 1 && failed === 0) throw new Error('attributes failed');
    await engine.setForkchoice({
      head: outcome.block.hash,
      safe: outcome.block.hash,
      finalized: ZERO_HASH,
    });
  };
  for (const attributes of blocks) await add(attributes);
  const last = blocks.at(-1) as PayloadAttributes;
  for (let i = 1; i <= WARM_UP_BLOCKS; i++) await add(quietBlock(last, BigInt(i)));
  const elapsed = cpuStopwatch();
  for (let i = 1; i <= BLOCKS; i++) await add(quietBlock(last, BigInt(WARM_UP_BLOCKS + i)));
  const rate = BLOCKS / elapsed();
  await engine.close();
  return { rate, blocks: BLOCKS };
}

/** Attributes of the block that stands `ahead` blocks after one with Jovian's L1 attributes. */
function quietBlock(last: PayloadAttributes, ahead: bigint): PayloadAttributes {
  const deposit = decodeDepositTx(last.transactions[0] as Uint8Array);
  const before = decodeL1InfoData(deposit.data, 'jovian');
  const epochs = ahead / BLOCKS_PER_ORIGIN;
  const hash: Hash = bytesToHex(bigintToBytes(before.number + epochs, 32));
  const sequenceNumber = ahead % BLOCKS_PER_ORIGIN;
  const data = encodeL1InfoData({
    ...before,
    number: before.number + epochs,
    timestamp: before.timestamp + 12n * epochs,
    baseFee: before.baseFee + epochs,
    hash,
    sequenceNumber,
  });
  const sourceHash = l1InfoSourceHash(hash, sequenceNumber);
  return {
    ...last,
    timestamp: last.timestamp + BLOCK_SECONDS * ahead,
    transactions: [encodeDepositTx({ ...deposit, sourceHash, data })],
  };
}
