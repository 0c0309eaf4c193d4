import {
  I32,
  I64,
  op,
  startWasm,
  type WasmCode,
  type WasmFunction,
  type WasmType,
} from '../base/wasmModule.ts';

// Keccak-f[1600] as a WebAssembly module. Lane (x, y) of the state is the local `A + x + 5 * y`, so
// that a whole permutation runs in registers.
//
// Memory: 0 the state, 25 lanes of 8 bytes; ROUND_CONSTANTS_AT the 24 constants; INPUT_AT the
// input. One function:
//
//   absorb(at, blocks, resume)   absorbs `blocks` (at least 1) of BLOCK_BYTES from `at`, into the
//                                state in memory when `resume` is not 0, else into one of zeros,
//                                and leaves the state in memory

/** Rate of Keccak-256: bytes of input that one permutation takes. @spec FIPS 202, Keccak[512] */
export const BLOCK_BYTES = 136;

/** Where input goes, and how many blocks of it fit into the module's memory of two pages. */
export const INPUT_AT = 512;
export const INPUT_BLOCKS = 900;

/** A module that has started. */
export type KeccakModule = {
  readonly memory: Uint8Array;
  readonly absorb: (at: number, blocks: number, resume: number) => void;
};

const LANES = 25;
const ROUNDS = 24;
const ROUND_CONSTANTS_AT = 200;

// Locals: three parameters, the round, then lanes: the state, its successor, column sums.
const AT = 0;
const BLOCKS = 1;
const RESUME = 2;
const ROUND = 3;
const A = 4;
const B = A + LANES;
const C = B + LANES;
const D = C + 5;

/** Compiles and starts a module. @throws Error where WebAssembly is not to be had. */
export function startKeccak(): KeccakModule {
  const lanes = Array.from({ length: 2 * LANES + 10 }, (): WasmType => I64);
  const absorb: WasmFunction = {
    name: 'absorb',
    params: [I32, I32, I32],
    locals: [I32, ...lanes],
    code: absorbCode(),
  };
  const { memory, functions } = startWasm([absorb], INPUT_AT + INPUT_BLOCKS * BLOCK_BYTES);
  memory.set(roundConstants(), ROUND_CONSTANTS_AT);
  return { memory, absorb: functions['absorb'] as KeccakModule['absorb'] };
}

function absorbCode(): WasmCode {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const rate = lanes.slice(0, BLOCK_BYTES / 8);
  const { get, set, tee, i32 } = op;
  return [
    get(RESUME),
    op.if(lanes.map((lane) => [i32(0), op.i64Load(8 * lane), set(A + lane)])),
    op.loop(
      rate.map((lane) => [get(A + lane), get(AT), op.i64Load(8 * lane), op.i64Xor, set(A + lane)]),
      [i32(0), set(ROUND)],
      op.loop(roundCode(), [
        get(ROUND),
        i32(8),
        op.i32Add,
        tee(ROUND),
        i32(8 * ROUNDS),
        op.i32Ne,
        op.brIf(0),
      ]),
      [get(AT), i32(BLOCK_BYTES), op.i32Add, set(AT)],
      [get(BLOCKS), i32(-1), op.i32Add, tee(BLOCKS), op.brIf(0)],
    ),
    lanes.map((lane) => [i32(0), get(A + lane), op.i64Store(8 * lane)]),
  ];
}

/** One round: theta, rho and pi, chi, iota. @spec FIPS 202, 3.2 */
function roundCode(): WasmCode {
  const { get, set, i64, i64Xor: xor, i64Rotl: rotate } = op;
  const code: WasmCode[] = [];
  for (let x = 0; x < 5; x++) {
    code.push(get(A + x));
    for (let y = 1; y < 5; y++) code.push(get(A + x + 5 * y), xor);
    code.push(set(C + x));
  }
  for (let x = 0; x < 5; x++) {
    const next = C + ((x + 1) % 5);
    code.push(get(C + ((x + 4) % 5)), get(next), i64(1n), rotate, xor, set(D + x));
  }
  for (const { x, y, offset } of walk()) {
    const target = B + y + 5 * ((2 * x + 3 * y) % 5);
    code.push(get(A + x + 5 * y), get(D + x), xor, i64(BigInt(offset)), rotate, set(target));
  }
  for (let lane = 0; lane < LANES; lane++) {
    const row = B + lane - (lane % 5);
    code.push(get(B + lane), get(row + ((lane + 1) % 5)), i64(-1n), xor);
    code.push(get(row + ((lane + 2) % 5)), op.i64And, xor);
    if (lane === 0) code.push(get(ROUND), op.i64Load(ROUND_CONSTANTS_AT), xor);
    code.push(set(A + lane));
  }
  return code;
}

/** Lanes with their rotation: the origin with none, then in the order in which rho meets them. */
function walk(): readonly { readonly x: number; readonly y: number; readonly offset: number }[] {
  const lanes = [{ x: 0, y: 0, offset: 0 }];
  let [x, y] = [1, 0];
  for (let t = 0; t < ROUNDS; t++) {
    lanes.push({ x, y, offset: (((t + 1) * (t + 2)) / 2) % 64 });
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return lanes;
}

/** Little-endian constants of iota, out of the shift register that defines them. */
function roundConstants(): readonly number[] {
  const bytes: number[] = [];
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const constant = new Uint8Array(8);
    for (let j = 0; j < 7; j++) {
      const bit = 2 ** j - 1;
      if ((register & 1) !== 0)
        constant[bit >> 3] = (constant[bit >> 3] as number) | (1 << (bit % 8));
      register = (register << 1) ^ (register >> 7 === 0 ? 0 : 0x171);
    }
    bytes.push(...constant);
  }
  return bytes;
}
