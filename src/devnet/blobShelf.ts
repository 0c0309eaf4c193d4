import { bytesToHex, concatBytes, type Hash, type Hex, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../base/rlp.ts';
import { blobVersionedHash } from '../protocol/versionedHash.ts';

/** Blobs that were sent to a development L1, by versioned hash. */
export type BlobShelf = {
  readonly blob: (hash: Hash) => Uint8Array | undefined;
  /**
   * Keeps the blobs of a blob transaction in its network form.
   *
   * @returns The same transaction without its sidecar; its hash is the same.
   * @throws  DecodeError when it is malformed, its commitments are not those it names, or its
   *          sidecar is not of version 1.
   */
  readonly take: (raw: Hex) => Hex;
};

/** Fields of a signed EIP-4844 transaction, and where the versioned hashes stand among them. */
const FIELDS = 14;
const HASHES = 10;
const CELLS_PER_BLOB = 128;

/**
 * An empty shelf.
 *
 * @param maxBlobs Kept at a time, 128 KiB each; the oldest ones go first.
 */
export function createBlobShelf(maxBlobs: number): BlobShelf {
  const blobs = new Map<Hash, Uint8Array>();
  return {
    blob: (hash) => blobs.get(hash),
    take: (raw) => {
      const { fields, sidecar } = split(raw);
      for (const [hash, blob] of sidecar) blobs.set(hash, blob);
      for (const hash of blobs.keys()) {
        if (blobs.size <= maxBlobs) break;
        blobs.delete(hash);
      }
      return bytesToHex(concatBytes(Uint8Array.of(3), encodeRlp(fields)));
    },
  };
}

/** Wrapper of version 1: `[fields, 1, blobs, commitments, cell proofs]`. @spec EIP-7594 */
function split(raw: Hex): {
  readonly fields: readonly RlpItem[];
  readonly sidecar: readonly (readonly [Hash, Uint8Array])[];
} {
  const wrapper = asList(decodeRlp(hexToBytes(raw).subarray(1)), 'blob transaction');
  if (wrapper.length !== 5) {
    // Clients after Osaka say this of version 0, and of a transaction without a sidecar.
    throw fault('unexpected eip-4844 sidecar: expected version 1 with cell proofs');
  }
  const fields = asList(wrapper[0], 'fields');
  const [blobs, commitments, proofs] = [2, 3, 4].map((i) =>
    asList(wrapper[i], 'sidecar').map(asBytes),
  ) as [Uint8Array[], Uint8Array[], Uint8Array[]];
  const hashes = asList(fields[HASHES], 'versioned hashes').map((item) =>
    bytesToHex(asBytes(item)),
  );
  if (fields.length !== FIELDS) throw fault(`expected ${FIELDS} fields, found ${fields.length}`);
  if (hashes.length === 0 || blobs.length !== hashes.length) {
    throw fault(`expected ${hashes.length} blobs, at least one, found ${blobs.length}`);
  }
  if (proofs.length !== blobs.length * CELLS_PER_BLOB) {
    throw fault(`expected ${CELLS_PER_BLOB} cell proofs per blob, found ${proofs.length} in all`);
  }
  const sidecar = hashes.map((hash, i): [Hash, Uint8Array] => {
    const commitment = commitments[i];
    if (commitment === undefined || blobVersionedHash(commitment) !== hash) {
      throw fault(`commitment ${i}: expected one that hashes to ${hash}`);
    }
    return [hash, blobs[i] as Uint8Array];
  });
  return { fields, sidecar };
}

function asList(item: RlpItem | undefined, what: string): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw fault(`${what}: expected a list`);
  return item;
}

function asBytes(item: RlpItem): Uint8Array {
  if (item instanceof Uint8Array) return item;
  throw fault('expected bytes, found a list');
}

function fault(message: string): DecodeError {
  return new DecodeError('blobTransaction', -1, message);
}
