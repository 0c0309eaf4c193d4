import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import type { ReceiptLog } from '../../src/protocol/receipt.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import { l1BlockJson, type RpcJson } from './l1Json.ts';

/** A block as an L1 endpoint serves it: JSON of the block and its receipts. */
export type ServedBlock = {
  readonly number: bigint;
  readonly hash: Hash;
  readonly block: RpcJson;
  readonly receipts: readonly unknown[];
};

export type L1ChainOptions = {
  /** Block to build on; undefined: number 0 of a new chain. */
  readonly parent?: ServedBlock;
  readonly count: number;
  /** Tells forks apart. */
  readonly salt?: number;
  /** Logs of the one transaction of a block; a block without logs has no transaction. */
  readonly logsAt?: (number: bigint) => readonly ReceiptLog[];
};

const GENESIS_TIME = 1_700_000_000n;
const SLOT_S = 12n;

/** Post-Merge L1 blocks whose hashes and roots are right. */
export function makeL1Chain(options: L1ChainOptions): readonly ServedBlock[] {
  const blocks: ServedBlock[] = [];
  let parent = options.parent;
  for (let i = 0; i < options.count; i++) {
    const number = parent === undefined ? 0n : parent.number + 1n;
    parent = makeBlock(number, parent?.hash ?? ZERO_HASH, options);
    blocks.push(parent);
  }
  return blocks;
}

function makeBlock(number: bigint, parentHash: Hash, options: L1ChainOptions): ServedBlock {
  const logs = options.logsAt?.(number) ?? [];
  const receipt = {
    type: 2,
    succeeded: true,
    cumulativeGasUsed: 21_000n,
    logs,
    depositNonce: undefined,
    depositReceiptVersion: undefined,
  };
  const timestamp = GENESIS_TIME + number * SLOT_S;
  const extraData = Uint8Array.of(options.salt ?? 0);
  const { block, receipts } = l1BlockJson(
    { number, parentHash, timestamp, extraData },
    logs.length === 0 ? [] : [{ json: withHash(txJson(number)), receipt }],
  );
  return { number, hash: block.hash, block, receipts };
}

function txJson(nonce: bigint): RpcJson {
  return {
    type: '0x2',
    chainId: '0x1',
    nonce: toQuantity(nonce),
    maxPriorityFeePerGas: '0x1',
    maxFeePerGas: '0x64',
    gas: '0x5208',
    to: `0x${'22'.repeat(20)}`,
    value: '0x0',
    input: '0x',
    accessList: [],
    yParity: '0x0',
    r: '0x1',
    s: '0x1',
  };
}

function withHash(tx: RpcJson): RpcJson & { readonly hash: Hash } {
  return { ...tx, hash: keccak256Hex(encodeRpcTransaction(tx)) };
}
