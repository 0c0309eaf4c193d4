import {
  bytesToHex,
  bigintToBytes,
  type Hash,
  type Hex,
  hexToBytes,
  joinBytes,
} from '../../base/bytes.ts';
import { keccak256, sha256 } from '../../base/hash.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';

/**
 * Name of a build, as op-geth and op-reth compute it, so that logs agree: the first 8 bytes of a
 * SHA-256, the first of them replaced by the version.
 *
 * @param version Of `engine_forkchoiceUpdated`.
 * @spec  protocol/execution.md 3.13
 */
export function payloadId(parentHash: Hash, attributes: PayloadAttributes, version: number): Hex {
  const { parentBeaconBlockRoot, transactions, noTxPool, eip1559Params, minBaseFee } = attributes;
  const parts: Uint8Array[] = [
    hexToBytes(parentHash),
    bigintToBytes(attributes.timestamp, 8),
    hexToBytes(attributes.prevRandao),
    hexToBytes(attributes.suggestedFeeRecipient),
    EMPTY_LIST,
  ];
  if (parentBeaconBlockRoot !== undefined) parts.push(hexToBytes(parentBeaconBlockRoot));
  if (noTxPool || transactions.length > 0) {
    parts.push(Uint8Array.of(noTxPool ? 1 : 0), bigintToBytes(BigInt(transactions.length), 8));
    for (const raw of transactions) parts.push(keccak256(raw));
  }
  parts.push(bigintToBytes(attributes.gasLimit, 8));
  if (eip1559Params !== undefined) parts.push(hexToBytes(eip1559Params));
  if (minBaseFee !== undefined) parts.push(bigintToBytes(minBaseFee, 8));
  const id = sha256(joinBytes(parts)).slice(0, 8);
  id[0] = version;
  return bytesToHex(id);
}

/** RLP of no withdrawals. */
const EMPTY_LIST: Uint8Array = Uint8Array.of(0xc0);
