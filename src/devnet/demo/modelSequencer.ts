import { hexToBytes, type Address, EMPTY_BYTES } from '../../base/bytes.ts';
import { InvariantError } from '../../base/errors.ts';
import { buildAttributes, type DeriveConfig, type SafeHead } from '../../derive/index.ts';
import type { ExecutionEngine } from '../../execution/engine.ts';
import { FORKS, isActivationBlock } from '../../protocol/forks.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import { type L2Block, l2BlockOf } from '../../protocol/l2Block.ts';
import { l2Head } from '../../protocol/l2BlockRef.ts';
import { signL1Tx } from '../../l1Tx/l1Transaction.ts';
import type { Signer } from '../../l1Tx/signer.ts';

/** A sequencer that follows the model L1 and has some users. */
export type ModelSequencer = {
  readonly config: DeriveConfig;
  readonly engine: ExecutionEngine;
  readonly users: readonly Signer[];
  readonly nonces: Map<Address, bigint>;
  head: SafeHead;
  origin: L1Block;
};

/** A sequencer at genesis. */
export function startSequencer(
  config: DeriveConfig,
  engine: ExecutionEngine,
  genesisL1: L1Block,
  users: readonly Signer[],
): ModelSequencer {
  const head = l2Head(config.rollup, l2BlockOf(engine.genesis));
  return { config, engine, users, nonces: new Map(), head, origin: genesisL1 };
}

/**
 * Builds the next block: on the next L1 block where its time allows, with transfers between the
 * users, none in a fork's activation block.
 *
 * @param nextOrigin  The L1 block after the current origin, if there is one.
 */
export async function sequenceBlock(
  sequencer: ModelSequencer,
  nextOrigin: L1Block | undefined,
): Promise<L2Block> {
  const { config, engine, head } = sequencer;
  const { forkTimes, blockTime } = config.rollup;
  const timestamp = head.ref.timestamp + blockTime;
  const moves = nextOrigin !== undefined && nextOrigin.ref.timestamp <= timestamp;
  const origin = moves ? nextOrigin : sequencer.origin;
  const isActivation = FORKS.some((fork) =>
    isActivationBlock(forkTimes, fork, timestamp, blockTime),
  );
  const transactions = isActivation ? [] : await transfers(sequencer, timestamp);
  const built = buildAttributes(config, head, origin, transactions);
  if (built.type !== 'built') throw new InvariantError(built.message);
  const outcome = await engine.build(head.ref.hash, built.attributes);
  if (outcome.type !== 'sealed') {
    const reason = outcome.type === 'invalid' ? outcome.reason : 'its parent is unknown';
    throw new InvariantError(`L2 block ${head.ref.number + 1n} cannot be built: ${reason}`);
  }
  const block = l2BlockOf(outcome.block);
  sequencer.head = l2Head(config.rollup, block);
  sequencer.origin = origin;
  return block;
}

/** A few signed transfers, more in some blocks than in others. */
async function transfers(sequencer: ModelSequencer, timestamp: bigint): Promise<Uint8Array[]> {
  const { users, nonces, config } = sequencer;
  const count = Number((timestamp / config.rollup.blockTime) % 4n);
  const signed: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const from = users[i % users.length] as Signer;
    const to = users[(i + 1) % users.length] as Signer;
    const nonce = nonces.get(from.address) ?? 0n;
    nonces.set(from.address, nonce + 1n);
    const { raw } = await signL1Tx(
      {
        chainId: config.rollup.l2ChainId,
        nonce,
        fees: { tip: 1_000_000n, feeCap: 5_000_000_000n, blobFeeCap: undefined },
        gas: 50_000n,
        to: to.address,
        value: 1_000n + timestamp,
        data: EMPTY_BYTES,
        sidecar: undefined,
      },
      from,
    );
    signed.push(hexToBytes(raw));
  }
  return signed;
}
