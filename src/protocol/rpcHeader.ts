import { DecodeError } from '../base/errors.ts';
import type { Header } from './header.ts';
import {
  type JsonRecord,
  isAbsent,
  readAddress,
  readBytes,
  readFixedHex,
  readHash,
  readOptionalHash,
  readOptionalQuantity,
  readQuantity,
  toBytes,
  toRecord,
} from './rpcJson.ts';

/**
 * Header in the answer of `eth_getBlockBy…`, of L1 or L2. Nothing is checked against the answer's
 * `hash`: recompute it with `headerHash`.
 *
 * A later field than `baseFeePerGas` may be missing or null; fields this code does not know are
 * ignored, so a block of a fork after them does not hash right.
 *
 * @throws DecodeError naming the field that is missing or not what its name says, or that is there
 *         while an earlier one is not.
 */
export function headerFromRpc(json: unknown): Header {
  const block = toRecord(json, 'block');
  assertNoGap(block);
  const bloom = readFixedHex(block, 'logsBloom', 256);
  return {
    parentHash: readHash(block, 'parentHash'),
    ommersHash: readHash(block, 'sha3Uncles'),
    beneficiary: readAddress(block, 'miner'),
    stateRoot: readHash(block, 'stateRoot'),
    transactionsRoot: readHash(block, 'transactionsRoot'),
    receiptsRoot: readHash(block, 'receiptsRoot'),
    logsBloom: toBytes(bloom, 'logsBloom'),
    difficulty: readQuantity(block, 'difficulty'),
    number: readQuantity(block, 'number', 8),
    gasLimit: readQuantity(block, 'gasLimit', 8),
    gasUsed: readQuantity(block, 'gasUsed', 8),
    timestamp: readQuantity(block, 'timestamp', 8),
    extraData: readBytes(block, 'extraData'),
    mixHash: readHash(block, 'mixHash'),
    nonce: readFixedHex(block, 'nonce', 8),
    baseFeePerGas: readOptionalQuantity(block, 'baseFeePerGas'),
    withdrawalsRoot: readOptionalHash(block, 'withdrawalsRoot'),
    blobGasUsed: readOptionalQuantity(block, 'blobGasUsed', 8),
    excessBlobGas: readOptionalQuantity(block, 'excessBlobGas', 8),
    parentBeaconBlockRoot: readOptionalHash(block, 'parentBeaconBlockRoot'),
    requestsHash: readOptionalHash(block, 'requestsHash'),
    blockAccessListHash: readOptionalHash(block, 'blockAccessListHash'),
    slotNumber: readOptionalQuantity(block, 'slotNumber', 8),
  };
}

/** Fields of later eras, in header order. */
const OPTIONAL_FIELDS = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
  'blockAccessListHash',
  'slotNumber',
] as const;

function assertNoGap(block: JsonRecord): void {
  let missing: string | undefined;
  for (const name of OPTIONAL_FIELDS) {
    if (isAbsent(block, name)) {
      missing ??= name;
    } else if (missing !== undefined) {
      const message = `\`${missing}\`: expected it wherever \`${name}\` is, found nothing`;
      throw new DecodeError('jsonField', -1, message);
    }
  }
}
