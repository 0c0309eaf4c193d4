import { newG1Check } from './bls12381Subgroup.ts';
import {
  allocate,
  BadPointError,
  FP,
  FR,
  G1,
  G2,
  GT,
  isZeroBytes,
  loadMcl,
  type MclModule,
  memoryOf,
} from './mcl.ts';

// Points of BLS12-381 as EIP-2537 has them: coordinates of 64 bytes, big-endian, of which the first
// 16 are zero, below the field's order; the point of zeros is that at infinity. The real part of a
// coordinate in G2 comes first. Additions take any point of the curve, all others members of the
// subgroup only.

/** Bytes of a field element in the input, and how many of them are padding. */
const FIELD_BYTES = 64;
const PADDING_BYTES = 16;
const G1_BYTES = 2 * FIELD_BYTES;
const G2_BYTES = 4 * FIELD_BYTES;

/** Pairs that are worked on at a time, so that memory does not grow with the input. */
const PAIRS_AT_ONCE = 32;

/** Products that are summed at a time: more are quicker still, by little. */
const PRODUCTS_AT_ONCE = 512;

/** The curve of the precompiles 0b to 11. Each throws BadPointError on what is no point. */
export type Bls12381 = {
  /** 256 bytes to 128. */
  readonly addG1: (input: Uint8Array) => Uint8Array;
  /** 512 bytes to 256. */
  readonly addG2: (input: Uint8Array) => Uint8Array;
  /** Sum of points times scalars; pairs of 160 bytes to 128. */
  readonly msmG1: (input: Uint8Array) => Uint8Array;
  /** Sum of points times scalars; pairs of 288 bytes to 256. */
  readonly msmG2: (input: Uint8Array) => Uint8Array;
  /** Whether the product of the pairings is 1, as a word; pairs of 384 bytes. */
  readonly pairingCheck: (input: Uint8Array) => Uint8Array;
  /** 64 bytes to 128. */
  readonly mapFPtoG1: (input: Uint8Array) => Uint8Array;
  /** 128 bytes to 256. */
  readonly mapFP2toG2: (input: Uint8Array) => Uint8Array;
};

/** Loads the curve. */
export async function loadBls12381(): Promise<Bls12381> {
  const module = await loadMcl('bls12381');
  const bytes = allocate(module, FP);
  const first = groupOf(module, bytes, 'G1');
  const second = groupOf(module, bytes, 'G2');
  const element = allocate(module, 2 * FP);
  const image = allocate(module, G2);
  return {
    addG1: (input) => add(first, input),
    addG2: (input) => add(second, input),
    msmG1: newSum(module, first),
    msmG2: newSum(module, second),
    pairingCheck: newPairingCheck(module, first, second),
    mapFPtoG1: (input) => {
      readField(module, bytes, element, input);
      module._mclBnFp_mapToG1(image, element);
      return first.write(image);
    },
    mapFP2toG2: (input) => {
      readField(module, bytes, element, input.subarray(0, FIELD_BYTES));
      readField(module, bytes, element + FP, input.subarray(FIELD_BYTES));
      module._mclBnFp2_mapToG2(image, element);
      return second.write(image);
    },
  };
}

/** One of the two groups, with room for two points. */
type Group = {
  readonly module: MclModule;
  readonly name: 'G1' | 'G2';
  /** Bytes of a point in the module and in the input. */
  readonly size: number;
  readonly inputBytes: number;
  readonly left: number;
  readonly right: number;
  /** Whether a point that was read is in the subgroup. */
  readonly isMember: (at: number) => boolean;
  /** Reads a point of the curve. */
  readonly read: (at: number, input: Uint8Array) => void;
  /** A point as the precompiles give it; it is normalized. */
  readonly write: (at: number) => Uint8Array;
};

function groupOf(module: MclModule, bytes: number, name: 'G1' | 'G2'): Group {
  const size = name === 'G1' ? G1 : G2;
  const inputBytes = name === 'G1' ? G1_BYTES : G2_BYTES;
  const isValid = module[`_mclBn${name}_isValid`];
  const isInfinite = module[`_mclBn${name}_isZero`];
  const normalize = module[`_mclBn${name}_normalize`];
  return {
    module,
    name,
    size,
    inputBytes,
    left: allocate(module, size),
    right: allocate(module, size),
    isMember: name === 'G1' ? newG1Check(module) : (at) => module._mclBnG2_isValidOrder(at) === 1,
    read: (at, input) => {
      memoryOf(module).fill(0, at, at + size);
      if (isZeroBytes(input)) return;
      for (let i = 0; i < inputBytes / FIELD_BYTES; i++) {
        const field = input.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES);
        readField(module, bytes, at + i * FP, field);
      }
      module._mclBnFp_setInt32(at + (size * 2) / 3, 1);
      if (isValid(at) === 0) throw new BadPointError(`not on the curve of ${name}`);
    },
    write: (at) => {
      const output = new Uint8Array(inputBytes);
      if (isInfinite(at) === 1) return output;
      normalize(at, at);
      for (let i = 0; i < inputBytes / FIELD_BYTES; i++) {
        module._mclBnFp_serialize(bytes, FP, at + i * FP);
        const field = memoryOf(module).subarray(bytes, bytes + FP);
        output.set(field, i * FIELD_BYTES + PADDING_BYTES);
      }
      return output;
    },
  };
}

function add(
  { module, name, inputBytes, left, right, read, write }: Group,
  input: Uint8Array,
): Uint8Array {
  read(left, input.subarray(0, inputBytes));
  read(right, input.subarray(inputBytes));
  module[`_mclBn${name}_add`](left, left, right);
  return write(left);
}

function readMember({ name, read, isMember }: Group, at: number, input: Uint8Array): void {
  read(at, input);
  if (isMember(at)) return;
  throw new BadPointError(`outside the subgroup of ${name}`);
}

function newSum(module: MclModule, group: Group): Bls12381['msmG1'] {
  const { name, size, inputBytes, left: sum, right: part } = group;
  return (input) => {
    const count = input.length / (inputBytes + FR);
    const room = Math.min(count, PRODUCTS_AT_ONCE);
    const points = allocate(module, room * size);
    const scalars = allocate(module, room * FR);
    try {
      memoryOf(module).fill(0, sum, sum + size);
      for (let first = 0; first < count; first += room) {
        const some = Math.min(room, count - first);
        for (let i = 0; i < some; i++) {
          const start = (first + i) * (inputBytes + FR);
          const scalarAt = start + inputBytes;
          readMember(group, points + i * size, input.subarray(start, scalarAt));
          memoryOf(module).set(input.subarray(scalarAt, scalarAt + FR), part);
          module._mclBnFr_setBigEndianMod(scalars + i * FR, part, FR);
        }
        module[`_mclBn${name}_mulVec`](part, points, scalars, some);
        module[`_mclBn${name}_add`](sum, sum, part);
      }
      return group.write(sum);
    } finally {
      module._free(points);
      module._free(scalars);
    }
  };
}

function newPairingCheck(module: MclModule, first: Group, second: Group): Bls12381['pairingCheck'] {
  const lefts = allocate(module, G1 * PAIRS_AT_ONCE);
  const rights = allocate(module, G2 * PAIRS_AT_ONCE);
  const [product, part] = [allocate(module, GT), allocate(module, GT)];
  return (input) => {
    const count = input.length / (G1_BYTES + G2_BYTES);
    for (let done = 0; done < count; done += PAIRS_AT_ONCE) {
      const some = Math.min(PAIRS_AT_ONCE, count - done);
      for (let i = 0; i < some; i++) {
        const start = (done + i) * (G1_BYTES + G2_BYTES);
        const middle = start + G1_BYTES;
        readMember(first, lefts + i * G1, input.subarray(start, middle));
        readMember(second, rights + i * G2, input.subarray(middle, middle + G2_BYTES));
      }
      module._mclBn_millerLoopVec(done > 0 ? part : product, lefts, rights, some);
      if (done > 0) module._mclBnGT_mul(product, product, part);
    }
    module._mclBn_finalExp(product, product);
    const answer = new Uint8Array(32);
    if (module._mclBnGT_isOne(product) === 1) answer[31] = 1;
    return answer;
  };
}

function readField(module: MclModule, bytes: number, at: number, input: Uint8Array): void {
  if (!isZeroBytes(input.subarray(0, PADDING_BYTES))) {
    throw new BadPointError('not below the order of the field');
  }
  memoryOf(module).set(input.subarray(PADDING_BYTES, FIELD_BYTES), bytes);
  const length = module._mclBnFp_deserialize(at, bytes, FP);
  if (length !== FP) throw new BadPointError('not below the order of the field');
}
