import { hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { assert } from '../../src/base/errors.ts';
import type { BatcherSource } from '../../src/batcher/batcher.ts';
import { buildAttributes } from '../../src/derive/attributesBuilder.ts';
import { type DeriveEvent, deriveChain, type L1View } from '../../src/derive/deriveChain.ts';
import { nullBlock } from '../../src/derive/nullEngine.ts';
import { mustBeEmpty } from '../../src/derive/batchVerdict.ts';
import type { DeriveConfig, SafeHead } from '../../src/derive/state.ts';
import type { BlobShelf } from '../../src/devnet/blobShelf.ts';
import { devL1ChainConfig } from '../../src/devnet/l1Chain.ts';
import type { L1BlockRef, L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { l2BlockRef } from '../../src/protocol/l2BlockRef.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { createL1Source } from '../../src/sources/l1Source.ts';
import { createPool } from '../../src/sources/pool.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { rpc } from './anvil.ts';
import { batchBlocks } from './batcher.ts';

/**
 * A sequencer and a verifier over a development L1, both with an engine that executes nothing. The
 * verifier reads only what is on L1, so it tells whether a batcher did its work.
 */
export type RollupSim = {
  readonly source: BatcherSource;
  /** Reads L1 up to its head, then makes unsafe blocks up to the head's time. */
  readonly follow: () => Promise<void>;
  /** Makes another unsafe chain above block `number`. */
  readonly reorgL2: (number: number) => void;
  readonly unsafe: readonly L2Block[];
  readonly safe: () => L2BlockRef;
  /** What derivation refused. */
  readonly drops: string[];
};

export function createRollupSim(
  url: string,
  shelf: BlobShelf,
  rollup: RollupConfig,
  l2TxBytes = 300,
): RollupSim {
  const config: DeriveConfig = { rollup, l1Chain: devL1ChainConfig(rollup.l1ChainId) };
  const l1 = createL1Source(
    rollup,
    createPool([createEndpoint({ url: new URL(url) })], createWaits()),
  );
  const blocks: L1Block[] = [];
  const unsafe: L2Block[] = [genesisBlock(rollup)];
  const view: L1View = {
    byNumber: (number) => blocks.find(({ ref }) => ref.number === number),
    byHash: (hash) => blocks.find(({ ref }) => ref.hash === hash),
  };
  const drops: string[] = [];
  let derivation: Generator<DeriveEvent, void, void> | undefined;
  let safe = l2BlockRef(rollup, unsafe[0] as L2Block);
  let salt = 0;

  /** Forgets L1 blocks that are gone, what was derived, and unsafe blocks that stood on them. */
  const forget = async (): Promise<void> => {
    const known = blocks.length;
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      const now = await l1.ref({ number: last.ref.number });
      if (now?.hash === last.ref.hash) break;
      blocks.pop();
    }
    if (blocks.length === known) return;
    derivation = undefined;
    safe = l2BlockRef(rollup, unsafe[0] as L2Block);
    const gone = unsafe.findIndex(
      (block) => view.byHash(l2BlockRef(rollup, block).l1Origin.hash) === undefined,
    );
    if (gone > 0) unsafe.splice(gone);
  };
  const refresh = async (): Promise<void> => {
    await forget();
    const head = await l1.block({ label: 'latest' });
    assert(head !== undefined, 'the L1 has a head');
    for (let number = BigInt(blocks.length); number <= head.ref.number; number++) {
      const block = await l1.block({ number });
      assert(block !== undefined, 'the L1 has all blocks');
      blocks.push(withBlobs(shelf, block));
    }
  };
  const derive = (): void => {
    const engine = (parent: L2BlockRef, attributes: Parameters<typeof nullBlock>[2]): L2Block =>
      nullBlock(rollup, parent, attributes);
    derivation ??= deriveChain(config, view, engine, [unsafe[0] as L2Block]);
    // By hand: leaving a `for … of` would end the generator.
    for (;;) {
      const { value: event } = derivation.next();
      assert(event !== undefined, 'derivation has no end');
      safe = event.safe;
      if (event.type !== 'step') continue;
      if (event.step.type === 'dropped') drops.push(event.step.dropped.reason);
      assert(event.step.type !== 'halted', 'derivation goes on');
      if (event.step.type === 'needL1Block') return;
    }
  };
  const sequence = (): void => {
    const head = blocks.at(-1) as L1Block;
    for (;;) {
      const parent = unsafe.at(-1) as L2Block;
      const time = parent.timestamp + rollup.blockTime;
      if (time > head.ref.timestamp) return;
      const ref = l2BlockRef(rollup, parent);
      const next = view.byNumber(ref.l1Origin.number + 1n);
      const origin =
        next !== undefined && next.ref.timestamp <= time
          ? next
          : (view.byNumber(ref.l1Origin.number) as L1Block);
      const safeHead: SafeHead = { ref, systemConfig: systemConfigOfL2Block(rollup, parent) };
      const noise = batchBlocks(Number(ref.number) + 1 + 1000 * salt, 1, l2TxBytes)[0];
      const txs = mustBeEmpty(rollup, time) ? [] : (noise?.transactions ?? []);
      const built = buildAttributes(config, safeHead, origin, txs);
      assert(built.type === 'built', 'the sequencer can build');
      unsafe.push(nullBlock(rollup, ref, built.attributes));
    }
  };
  const l1Ref = (): L1BlockRef => (blocks.at(-1) as L1Block).ref;
  return {
    unsafe,
    drops,
    safe: () => safe,
    reorgL2: (number) => {
      unsafe.splice(number + 1);
      salt++;
      sequence();
    },
    follow: async () => {
      await refresh();
      derive();
      sequence();
    },
    source: {
      block: (number) => Promise.resolve(unsafe[Number(number)]),
      syncStatus: () =>
        Promise.resolve({
          headL1: l1Ref(),
          currentL1: l1Ref(),
          unsafeL2: l2BlockRef(rollup, unsafe.at(-1) as L2Block),
          localSafeL2: safe,
        }),
    },
  };
}

function genesisBlock(rollup: RollupConfig): L2Block {
  const { l2, l2Time, systemConfig } = rollup.genesis;
  return {
    number: 0n,
    hash: l2.hash,
    parentHash: ZERO_HASH,
    timestamp: l2Time,
    gasLimit: systemConfig.gasLimit,
    extraData: hexToBytes('0x01000000fa000000060000000000000000'),
    transactions: [],
  };
}

function withBlobs(shelf: BlobShelf, block: L1Block): L1Block {
  const inboxTxs = block.inboxTxs.map((tx) => ({
    ...tx,
    blobs: tx.blobs.map((blob) => ({ ...blob, data: shelf.blob(blob.versionedHash) })),
  }));
  return { ...block, inboxTxs };
}

/** The hash of the L1's first block, for a rollup that begins there. */
export async function l1GenesisHash(url: string): Promise<`0x${string}`> {
  return (await rpc<{ hash: `0x${string}` }>(url, 'eth_getBlockByNumber', ['0x0', false])).hash;
}
