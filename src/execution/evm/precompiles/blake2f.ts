import {
  I32,
  I64,
  op,
  startWasm,
  type WasmCode,
  type WasmFunction,
  type WasmFunctions,
  type WasmType,
} from '../../../base/wasmModule.ts';

// BLAKE2F (EIP-152), the compression function of BLAKE2b (RFC 7693, 3.2) with any number of rounds.
//
//   input   rounds 4 bytes big-endian, h 64, m 128, t 16, f 1
//   memory  h 64, m 128, t 16, f 8: words of 64 bits, little-endian

/** Bytes of the input. */
export const BLAKE2F_INPUT_BYTES = 213;

const H_BYTES = 64;
const M_AT = 64;
const T_AT = 192;
const F_AT = 208;
const MEMORY_BYTES = 216;

/** Order in which each of ten rounds takes the words of the message. @spec RFC 7693, 2.7 */
const SIGMA: readonly string[] = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
];

/** @spec RFC 7693, 2.6 */
const IV: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

/** Columns, then diagonals, of the 4 by 4 words. @spec RFC 7693, 3.2 */
const MIXED = ['048c', '159d', '26ae', '37bf', '05af', '16bc', '278d', '349e'];

let started: { readonly memory: Uint8Array; readonly functions: WasmFunctions } | undefined;

/** The next state, 64 bytes. The last byte of `input` must be 0 or 1. */
export function blake2f(input: Uint8Array): Uint8Array {
  started ??= startWasm([compress()], MEMORY_BYTES);
  const { memory, functions } = started;
  memory.set(input.subarray(4, 4 + F_AT));
  // All ones in the last block, else zeros.
  memory.fill(input[BLAKE2F_INPUT_BYTES - 1] === 1 ? 0xff : 0, F_AT, MEMORY_BYTES);
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  functions['compress']?.(view.getInt32(0) | 0);
  return memory.slice(0, H_BYTES);
}

/** The rounds that are left, and then the sixteen words. */
const LEFT = 0;
const word = (i: number): number => 1 + i;

function compress(): WasmFunction {
  const rounds = SIGMA.map((sigma) => [
    op.get(LEFT),
    op.i32Eqz,
    op.brIf(1),
    ...MIXED.map((words, i) => mix(words, digit(sigma, 2 * i), digit(sigma, 2 * i + 1))),
    op.get(LEFT),
    op.i32(1),
    op.i32Sub,
    op.set(LEFT),
  ]);
  const code: WasmCode = [
    ...IV.map((iv, i) => [
      [op.i32(0), op.i64Load(8 * i), op.set(word(i))],
      [op.i64(iv), xored(i), op.set(word(8 + i))],
    ]),
    op.block(op.loop(...rounds, op.br(0))),
    ...IV.map((_, i) => [
      [op.i32(0), op.i32(0), op.i64Load(8 * i), op.get(word(i)), op.i64Xor],
      [op.get(word(8 + i)), op.i64Xor, op.i64Store(8 * i)],
    ]),
  ];
  const locals = Array.from({ length: 16 }, (): WasmType => I64);
  return { name: 'compress', params: [I32], locals, code };
}

/** The counter and the flag of the last block stand in three of the words. */
function xored(i: number): WasmCode {
  const at = [undefined, undefined, undefined, undefined, T_AT, T_AT + 8, F_AT, undefined][i];
  return at === undefined ? [] : [op.i32(0), op.i64Load(at), op.i64Xor];
}

/** The function G of RFC 7693, 3.1. */
function mix(words: string, x: number, y: number): WasmCode {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => word(digit(words, i))) as [
    number,
    number,
    number,
    number,
  ];
  const half = (message: number, first: bigint, second: bigint): WasmCode => [
    [
      op.get(a),
      op.get(b),
      op.i64Add,
      op.i32(0),
      op.i64Load(M_AT + 8 * message),
      op.i64Add,
      op.tee(a),
    ],
    [op.get(d), op.i64Xor, op.i64(first), op.i64Rotr, op.tee(d)],
    [op.get(c), op.i64Add, op.tee(c)],
    [op.get(b), op.i64Xor, op.i64(second), op.i64Rotr, op.set(b)],
  ];
  return [half(x, 32n, 24n), half(y, 16n, 63n)];
}

function digit(text: string, i: number): number {
  return Number.parseInt(text.charAt(i), 16);
}
