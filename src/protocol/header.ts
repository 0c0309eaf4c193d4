import {
  type Address,
  type Hash,
  type Hex,
  bigintToMinimalBytes,
  bytesToHex,
  hexToBytes,
} from '../base/bytes.ts';
import { DecodeError, InvariantError } from '../base/errors.ts';
import { keccak256Hex } from '../base/hash.ts';
import { type RlpItem, borrowRlp, decodeRlp, encodeRlp, rlpToBigint } from '../base/rlp.ts';
import { rlpBytes, rlpFixedBytes } from '../base/rlpFields.ts';

// Block header, L1 or L2: an RLP list of the fields in this order. The first 15 are always there;
// a later one exists only when all before it exist, so the length of the list tells the era.
//
//   0 parentHash 32        8 number u64          16 withdrawalsRoot 32          Shanghai, Canyon
//   1 ommersHash 32        9 gasLimit u64        17 blobGasUsed u64             Cancun, Ecotone
//   2 beneficiary 20      10 gasUsed u64         18 excessBlobGas u64           Cancun, Ecotone
//   3 stateRoot 32        11 timestamp u64       19 parentBeaconBlockRoot 32    Cancun, Ecotone
//   4 transactionsRoot 32 12 extraData           20 requestsHash 32             Prague, Isthmus
//   5 receiptsRoot 32     13 mixHash 32          21 blockAccessListHash 32      EIP-7928
//   6 logsBloom 256       14 nonce 8             22 slotNumber u64              EIP-7843
//   7 difficulty u256     15 baseFeePerGas u256  (London, Bedrock)

/** Header of an L1 or L2 block. `undefined` means that the era of the block has no such field. */
export type Header = {
  readonly parentHash: Hash;
  readonly ommersHash: Hash;
  readonly beneficiary: Address;
  readonly stateRoot: Hash;
  readonly transactionsRoot: Hash;
  readonly receiptsRoot: Hash;
  /** 256 bytes. */
  readonly logsBloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  /** `prevRandao` since the Merge. */
  readonly mixHash: Hash;
  /** 8 bytes. */
  readonly nonce: Hex;
  /** Wei. */
  readonly baseFeePerGas: bigint | undefined;
  readonly withdrawalsRoot: Hash | undefined;
  readonly blobGasUsed: bigint | undefined;
  readonly excessBlobGas: bigint | undefined;
  readonly parentBeaconBlockRoot: Hash | undefined;
  readonly requestsHash: Hash | undefined;
  readonly blockAccessListHash: Hash | undefined;
  readonly slotNumber: bigint | undefined;
};

/** Hash of the block that has this header. */
export function headerHash(header: Header): Hash {
  return keccak256Hex(borrowRlp(headerItems(header)));
}

/**
 * RLP of a header.
 *
 * @throws InvariantError when a field is set while an earlier one is not: no era has such a header.
 * @spec protocol/execution.md 3.1
 */
export function encodeHeader(header: Header): Uint8Array {
  return encodeRlp(headerItems(header));
}

function headerItems(header: Header): readonly Uint8Array[] {
  const items: Uint8Array[] = [];
  for (const [i, { name }] of FIELDS.entries()) {
    const value = header[name];
    if (value === undefined) continue;
    if (items.length < i) {
      const missing = FIELDS[items.length]?.name;
      throw new InvariantError(`header has \`${name}\` but not \`${missing}\``);
    }
    items.push(encodeField(value));
  }
  return items;
}

/**
 * Header of its RLP. `logsBloom` and `extraData` are views.
 *
 * @throws DecodeError on anything but 15 to 23 canonical fields of the right lengths.
 */
export function decodeHeader(data: Uint8Array): Header {
  const list = decodeRlp(data);
  if (list instanceof Uint8Array) {
    throw new DecodeError('headerNotList', 0, 'expected an RLP list of header fields');
  }
  if (list.length < REQUIRED_FIELDS || list.length > FIELDS.length) {
    const expected = `${REQUIRED_FIELDS} to ${FIELDS.length}`;
    const message = `expected ${expected} header fields, found ${list.length}`;
    throw new DecodeError('headerFieldCount', 0, message);
  }
  const entries = FIELDS.map((field, i) => {
    const item = list[i];
    return [field.name, item === undefined ? undefined : decodeField(field, item)] as const;
  });
  return Object.fromEntries(entries) as Header;
}

/** Keccak-256 of the empty RLP list: `ommersHash` of every block since the Merge. */
export const EMPTY_OMMERS_HASH: Hash =
  '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';

/** SHA-256 of nothing: `requestsHash` of every L2 block from Isthmus on. @spec EIP-7685 */
export const EMPTY_REQUESTS_HASH: Hash =
  '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const REQUIRED_FIELDS = 15;

/** `hex` and `bytes` have exactly `size` bytes, `integer` at most; a size of -1 is any. */
type Field = {
  readonly name: keyof Header;
  readonly form: 'hex' | 'bytes' | 'integer';
  readonly size: number;
};

/** The header's fields in RLP order, those of later eras last. */
const FIELDS: readonly Field[] = [
  { name: 'parentHash', form: 'hex', size: 32 },
  { name: 'ommersHash', form: 'hex', size: 32 },
  { name: 'beneficiary', form: 'hex', size: 20 },
  { name: 'stateRoot', form: 'hex', size: 32 },
  { name: 'transactionsRoot', form: 'hex', size: 32 },
  { name: 'receiptsRoot', form: 'hex', size: 32 },
  { name: 'logsBloom', form: 'bytes', size: 256 },
  { name: 'difficulty', form: 'integer', size: 32 },
  { name: 'number', form: 'integer', size: 8 },
  { name: 'gasLimit', form: 'integer', size: 8 },
  { name: 'gasUsed', form: 'integer', size: 8 },
  { name: 'timestamp', form: 'integer', size: 8 },
  { name: 'extraData', form: 'bytes', size: -1 },
  { name: 'mixHash', form: 'hex', size: 32 },
  { name: 'nonce', form: 'hex', size: 8 },
  { name: 'baseFeePerGas', form: 'integer', size: 32 },
  { name: 'withdrawalsRoot', form: 'hex', size: 32 },
  { name: 'blobGasUsed', form: 'integer', size: 8 },
  { name: 'excessBlobGas', form: 'integer', size: 8 },
  { name: 'parentBeaconBlockRoot', form: 'hex', size: 32 },
  { name: 'requestsHash', form: 'hex', size: 32 },
  { name: 'blockAccessListHash', form: 'hex', size: 32 },
  { name: 'slotNumber', form: 'integer', size: 8 },
];

function encodeField(value: string | bigint | Uint8Array): Uint8Array {
  if (typeof value === 'bigint') return bigintToMinimalBytes(value);
  return typeof value === 'string' ? hexToBytes(value) : value;
}

function decodeField({ name, form, size }: Field, item: RlpItem): Hex | bigint | Uint8Array {
  if (form === 'integer') return rlpToBigint(rlpBytes(item, 'headerField', `\`${name}\``), size);
  const bytes =
    size === -1
      ? rlpBytes(item, 'headerField', `\`${name}\``)
      : rlpFixedBytes(item, size, 'headerField', `\`${name}\``);
  return form === 'hex' ? bytesToHex(bytes) : bytes;
}
