import {
  type Address,
  type Hash,
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  hexToBytes,
} from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { isActivationBlock, isActive } from './forks.ts';
import type { RollupConfig } from './rollupConfig.ts';

// Calldata of the L1 attributes transaction, in one of four formats.
//
//   bedrock, 260 bytes            ecotone, isthmus, jovian: 164, 176, 178 bytes, packed
//   0    4   selector 015d8eb9    0    4   selector 440a5e20, 098999be, 3db6be2b
//   4    32  L1 number u64        4    4   base fee scalar u32
//   36   32  L1 timestamp u64     8    4   blob base fee scalar u32
//   68   32  L1 base fee u256     12   8   sequence number u64
//   100  32  L1 block hash        20   8   L1 timestamp u64
//   132  32  sequence number u64  28   8   L1 number u64
//   164  32  batcher address      36   32  L1 base fee u256
//   196  32  overhead             68   32  L1 blob base fee u256
//   228  32  scalar               100  32  L1 block hash
//                                 132  32  batcher address
//                                 164  4   operator fee scalar u32      from isthmus
//                                 168  8   operator fee constant u64    from isthmus
//                                 176  2   DA footprint gas scalar u16  from jovian
//
// Selector and length must be those of the block's time, and left padding must be zero; anything
// else makes the L2 block unreadable.

/** Layout of the L1 attributes. */
export type L1InfoFormat = 'bedrock' | 'ecotone' | 'isthmus' | 'jovian';

/** What an L2 block says about its L1 origin and the system config. */
export type L1Info = BedrockL1Info | EcotoneL1Info | IsthmusL1Info | JovianL1Info;

type CommonL1Info = {
  /** Of the L1 origin. */
  readonly number: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  /** Wei. */
  readonly baseFee: bigint;
  readonly hash: Hash;
  readonly sequenceNumber: bigint;
  readonly batcherAddr: Address;
};

/** L1 attributes before Ecotone. */
export type BedrockL1Info = CommonL1Info & {
  readonly format: 'bedrock';
  /** 32 bytes each, as the system config has them. */
  readonly overhead: Hash;
  readonly scalar: Hash;
};

type EcotoneFields = {
  /** u32 each. */
  readonly baseFeeScalar: bigint;
  readonly blobBaseFeeScalar: bigint;
  /** Wei. */
  readonly blobBaseFee: bigint;
};

type IsthmusFields = EcotoneFields & {
  /** u32. */
  readonly operatorFeeScalar: bigint;
  /** u64. */
  readonly operatorFeeConstant: bigint;
};

/** L1 attributes from the block after the Ecotone activation block on. */
export type EcotoneL1Info = CommonL1Info & EcotoneFields & { readonly format: 'ecotone' };

/** L1 attributes from the block after the Isthmus activation block on. */
export type IsthmusL1Info = CommonL1Info & IsthmusFields & { readonly format: 'isthmus' };

/** L1 attributes from the block after the Jovian activation block on. */
export type JovianL1Info = CommonL1Info &
  IsthmusFields & {
    readonly format: 'jovian';
    /** u16. */
    readonly daFootprintGasScalar: number;
  };

/**
 * Format of the L1 attributes in the L2 block of `l2Time`: the newest fork's, but in a fork's
 * activation block still the one before, as the contract is upgraded only in that block.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.3
 */
export function l1InfoFormat(config: RollupConfig, l2Time: bigint): L1InfoFormat {
  const { forkTimes, blockTime } = config;
  for (const fork of ['jovian', 'isthmus', 'ecotone'] as const) {
    if (!isActive(forkTimes, fork, l2Time)) continue;
    if (!isActivationBlock(forkTimes, fork, l2Time, blockTime)) return fork;
  }
  return 'bedrock';
}

/** Calldata of the L1 attributes. @spec protocol/derivation-2-attributes-engine.md 8.3 */
export function encodeL1InfoData(info: L1Info): Uint8Array {
  const { selector, length } = LAYOUTS[info.format];
  const data = new Uint8Array(length);
  const view = new DataView(data.buffer);
  view.setUint32(0, selector);
  if (info.format === 'bedrock') {
    writeBedrock(info, data, view);
    return data;
  }
  view.setUint32(4, Number(info.baseFeeScalar));
  view.setUint32(8, Number(info.blobBaseFeeScalar));
  view.setBigUint64(12, info.sequenceNumber);
  view.setBigUint64(20, info.timestamp);
  view.setBigUint64(28, info.number);
  data.set(bigintToBytes(info.baseFee, 32), 36);
  data.set(bigintToBytes(info.blobBaseFee, 32), 68);
  data.set(hexToBytes(info.hash), 100);
  data.set(hexToBytes(info.batcherAddr), 132 + 12);
  if (info.format === 'ecotone') return data;
  view.setUint32(164, Number(info.operatorFeeScalar));
  view.setBigUint64(168, info.operatorFeeConstant);
  if (info.format === 'jovian') view.setUint16(176, info.daFootprintGasScalar);
  return data;
}

/**
 * L1 attributes of their calldata.
 *
 * @param format What the block's time asks for; the selector must agree.
 * @throws DecodeError on another length or selector, or non-zero padding of a number or address.
 * @spec protocol/derivation-2-attributes-engine.md 8.3
 */
export function decodeL1InfoData(data: Uint8Array, format: L1InfoFormat): L1Info {
  const { selector, length } = LAYOUTS[format];
  if (data.length !== length) {
    const message = `expected ${length} bytes of ${format} L1 attributes, found ${data.length}`;
    throw new DecodeError('l1InfoLength', 0, message);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(0) !== selector) {
    const expected = `0x${selector.toString(16).padStart(8, '0')}`;
    const message =
      `expected selector ${expected} of ${format} L1 attributes, found ` +
      `${bytesToHex(data.subarray(0, 4))}`;
    throw new DecodeError('l1InfoSelector', 0, message);
  }
  if (format === 'bedrock') return readBedrock(data);
  const ecotone = {
    baseFeeScalar: BigInt(view.getUint32(4)),
    blobBaseFeeScalar: BigInt(view.getUint32(8)),
    sequenceNumber: view.getBigUint64(12),
    timestamp: view.getBigUint64(20),
    number: view.getBigUint64(28),
    baseFee: bytesToBigint(data.subarray(36, 68)),
    blobBaseFee: bytesToBigint(data.subarray(68, 100)),
    hash: bytesToHex(data.subarray(100, 132)),
    batcherAddr: bytesToHex(paddedTail(data, 132, 20)),
  };
  if (format === 'ecotone') return { format, ...ecotone };
  const operatorFeeScalar = BigInt(view.getUint32(164));
  const operatorFeeConstant = view.getBigUint64(168);
  const isthmus = { ...ecotone, operatorFeeScalar, operatorFeeConstant };
  if (format === 'isthmus') return { format, ...isthmus };
  return { format, ...isthmus, daFootprintGasScalar: view.getUint16(176) };
}

/** First four bytes of keccak256 of each setter's signature, and the exact calldata length. */
const LAYOUTS = {
  // setL1BlockValues(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)
  bedrock: { selector: 0x015d8eb9, length: 260 },
  // setL1BlockValuesEcotone(), setL1BlockValuesIsthmus(), setL1BlockValuesJovian()
  ecotone: { selector: 0x440a5e20, length: 164 },
  isthmus: { selector: 0x098999be, length: 176 },
  jovian: { selector: 0x3db6be2b, length: 178 },
} as const;

function writeBedrock(info: BedrockL1Info, data: Uint8Array, view: DataView): void {
  view.setBigUint64(4 + 24, info.number);
  view.setBigUint64(36 + 24, info.timestamp);
  data.set(bigintToBytes(info.baseFee, 32), 68);
  data.set(hexToBytes(info.hash), 100);
  view.setBigUint64(132 + 24, info.sequenceNumber);
  data.set(hexToBytes(info.batcherAddr), 164 + 12);
  data.set(hexToBytes(info.overhead), 196);
  data.set(hexToBytes(info.scalar), 228);
}

function readBedrock(data: Uint8Array): BedrockL1Info {
  return {
    format: 'bedrock',
    number: bytesToBigint(paddedTail(data, 4, 8)),
    timestamp: bytesToBigint(paddedTail(data, 36, 8)),
    baseFee: bytesToBigint(data.subarray(68, 100)),
    hash: bytesToHex(data.subarray(100, 132)),
    sequenceNumber: bytesToBigint(paddedTail(data, 132, 8)),
    batcherAddr: bytesToHex(paddedTail(data, 164, 20)),
    overhead: bytesToHex(data.subarray(196, 228)),
    scalar: bytesToHex(data.subarray(228, 260)),
  };
}

/** Last `length` bytes of the word at `offset`, all before them zero. */
function paddedTail(data: Uint8Array, offset: number, length: number): Uint8Array {
  const start = offset + 32 - length;
  for (let i = offset; i < start; i++) {
    if (data[i] !== 0) {
      throw new DecodeError(
        'l1InfoPadding',
        i,
        `expected zero padding, found 0x${data[i]?.toString(16)}`,
      );
    }
  }
  return data.subarray(start, offset + 32);
}
