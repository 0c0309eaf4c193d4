import { bytesToHex, EMPTY_BYTES, type Hash, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, type RlpItem, rlpToBigint } from '../../src/base/rlp.ts';
import type { SignedL1Tx } from '../../src/l1Tx/l1Transaction.ts';
import type { Sidecar } from '../../src/l1Tx/sidecar.ts';
import { EMPTY_REQUESTS_HASH } from '../../src/protocol/header.ts';
import type { Receipt, ReceiptLog } from '../../src/protocol/receipt.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { type L1BlockJson, l1BlockJson, type L1JsonTx } from '../support/l1Json.ts';

/** A transaction on its way into an L1 block, and what its execution logs. */
export type MinedTx = {
  readonly signed: SignedL1Tx;
  readonly logs: readonly ReceiptLog[];
  readonly sidecar: Sidecar | undefined;
};

/** A line of a recording: an L1 block as endpoints give it. */
export type MinedBlock = L1BlockJson & {
  readonly blobs: readonly {
    readonly index: Hex;
    readonly versionedHash: Hash;
    readonly commitment: Hex;
    readonly blob: Hex;
  }[];
};

/** What the header of a mined block says beside what follows from its transactions. */
export type MinedPlace = {
  readonly number: bigint;
  readonly parentHash: Hash;
  readonly timestamp: bigint;
  /** Tells blocks of two branches apart. */
  readonly salt: number;
};

const GAS_PER_TX = 100_000n;

/** An L1 block that an endpoint could serve: signatures, roots and hash are right. */
export function mineBlock(place: MinedPlace, txs: readonly MinedTx[]): MinedBlock {
  const { number, parentHash, timestamp, salt } = place;
  const low = Number(number % 256n);
  const { block, receipts } = l1BlockJson(
    {
      number,
      parentHash,
      timestamp,
      stateRoot: keccak256Hex(Uint8Array.of(low, salt)),
      extraData: salt === 0 ? EMPTY_BYTES : Uint8Array.of(salt),
      mixHash: keccak256Hex(Uint8Array.of(salt, low)),
      baseFeePerGas: 1_000_000_000n + (number % 7n) * 130_000_000n,
      parentBeaconBlockRoot: keccak256Hex(Uint8Array.of(7, salt, low)),
      requestsHash: EMPTY_REQUESTS_HASH,
    },
    txs.map((tx, index) => ({ json: txJson(tx.signed), receipt: receiptOf(tx, index) })),
  );
  const blobs = txs.flatMap(({ sidecar }) => (sidecar === undefined ? [] : blobsOf(sidecar)));
  return { block, receipts, blobs };
}

function receiptOf({ signed, logs }: MinedTx, index: number): Receipt {
  return {
    type: hexToBytes(signed.raw)[0] as number,
    succeeded: true,
    cumulativeGasUsed: GAS_PER_TX * BigInt(index + 1),
    logs,
    depositNonce: undefined,
    depositReceiptVersion: undefined,
  };
}

/** JSON of a signed transaction of type 2 or 3. */
function txJson({ raw, hash }: SignedL1Tx): L1JsonTx['json'] {
  const bytes = hexToBytes(raw);
  const list = decodeRlp(bytes.subarray(1)) as readonly RlpItem[];
  // With blobs the fields stand in a list of their own, before the sidecar.
  const fields = (list[0] instanceof Uint8Array ? list : list[0]) as readonly RlpItem[];
  const quantity = (index: number): Hex =>
    toQuantity(rlpToBigint(fields.at(index) as Uint8Array, 32));
  const isBlobs = bytes[0] === 3;
  return {
    type: toQuantity(BigInt(bytes[0] as number)),
    hash,
    chainId: quantity(0),
    nonce: quantity(1),
    maxPriorityFeePerGas: quantity(2),
    maxFeePerGas: quantity(3),
    gas: quantity(4),
    to: bytesToHex(fields[5] as Uint8Array),
    value: quantity(6),
    input: bytesToHex(fields[7] as Uint8Array),
    accessList: [],
    ...(isBlobs
      ? {
          maxFeePerBlobGas: quantity(9),
          blobVersionedHashes: (fields[10] as readonly Uint8Array[]).map(bytesToHex),
        }
      : {}),
    yParity: quantity(-3),
    r: quantity(-2),
    s: quantity(-1),
  };
}

function blobsOf({ versionedHashes, commitments, blobs }: Sidecar): MinedBlock['blobs'] {
  return versionedHashes.map((versionedHash, index) => ({
    index: toQuantity(BigInt(index)),
    versionedHash,
    commitment: bytesToHex(commitments[index] as Uint8Array),
    blob: bytesToHex(blobs[index] as Uint8Array),
  }));
}
