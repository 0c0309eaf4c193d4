import { type Address, type Hash, ZERO_HASH, bytesToBigint } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { DepositTx } from './deposit.ts';
import type { L1Log } from './l1Block.ts';
import type { RollupConfig } from './rollupConfig.ts';
import { userDepositSourceHash } from './sourceHash.ts';

// Deposit event of the portal: 4 topics [event, from, to, version 0], addresses in the low 20
// bytes with the bytes above ignored; data, a multiple of 32 bytes:
//
//   0    32  pointer, 32
//   32   32  length of the opaque data, u64
//   64       opaque data, padded to the next multiple of 32 with bytes that nobody reads:
//     0    32  mint u256, 0 = none
//     32   32  value u256
//     64   8   gas u64
//     72   1   0 = call of `to`; anything else creates a contract, and `to` is ignored
//     73       calldata
//
// The portal emits nothing else. A log that does not decode means that our reading of the
// contract is wrong: derivation must stop, never skip it.

/** Topic of the event: keccak256("TransactionDeposited(address,address,uint256,bytes)"). */
export const DEPOSIT_TOPIC: Hash =
  '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32';

/** Whether a log is a deposit of this rollup's portal. The receipt's success is the caller's. */
export function isDepositLog(
  config: Pick<RollupConfig, 'depositContractAddress'>,
  log: Pick<L1Log, 'address' | 'topics'>,
): boolean {
  return log.address === config.depositContractAddress && log.topics[0] === DEPOSIT_TOPIC;
}

/**
 * The deposit transaction that a deposit log stands for.
 *
 * @param l1BlockHash Of the block that holds the log.
 * @returns `data` is a view into the log.
 * @throws DecodeError on any malformed log. Derivation then halts.
 * @spec protocol/derivation-2-attributes-engine.md 8.4
 */
export function depositFromLog(log: L1Log, l1BlockHash: Hash): DepositTx {
  const [topic, from, to, version] = log.topics;
  if (log.topics.length !== 4 || topic !== DEPOSIT_TOPIC) {
    const message = `expected a deposit event with 4 topics, found ${log.topics.length}: ${topic}`;
    throw new DecodeError('depositTopics', -1, message);
  }
  if (version !== ZERO_HASH) {
    const message = `expected deposit version 0, found \`${version}\``;
    throw new DecodeError('depositVersion', -1, message);
  }
  const opaque = opaqueData(log.data);
  return {
    sourceHash: userDepositSourceHash(l1BlockHash, log.logIndex),
    from: addressOf(from as Hash),
    to: opaque[72] === 0 ? addressOf(to as Hash) : undefined,
    mint: bytesToBigint(opaque.subarray(0, 32)),
    value: bytesToBigint(opaque.subarray(32, 64)),
    gas: bytesToBigint(opaque.subarray(64, 72)),
    isSystemTx: false,
    data: opaque.subarray(MIN_OPAQUE_BYTES),
  };
}

const MIN_OPAQUE_BYTES = 73;

function opaqueData(data: Uint8Array): Uint8Array {
  if (data.length < 64 || data.length % 32 !== 0) {
    const message = `expected at least two whole words of deposit data, found ${data.length} bytes`;
    throw new DecodeError('depositData', 0, message);
  }
  const pointer = bytesToBigint(data.subarray(0, 32));
  if (pointer !== 32n) {
    throw new DecodeError('depositPointer', 0, `expected pointer 32, found ${pointer}`);
  }
  // Any length that fits the data fits 53 bits; a larger one is refused before it is narrowed.
  const length = bytesToBigint(data.subarray(32, 64));
  const room = BigInt(data.length - 64);
  if (length > room || length + 32n <= room) {
    const message = `expected opaque data padded to ${room} bytes, found length ${length}`;
    throw new DecodeError('depositLength', 32, message);
  }
  if (length < MIN_OPAQUE_BYTES) {
    const message = `expected at least ${MIN_OPAQUE_BYTES} bytes of opaque data, found ${length}`;
    throw new DecodeError('depositOpaque', 64, message);
  }
  return data.subarray(64, 64 + Number(length));
}

/** Low 20 bytes of a topic. */
function addressOf(topic: Hash): Address {
  return `0x${topic.slice(-40)}`;
}
