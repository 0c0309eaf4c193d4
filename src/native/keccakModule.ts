// Keccak-f[1600] as a WebAssembly module, written down as the instructions it is made of. Lane
// (x, y) of the state is the local `A + x + 5 * y`, so that a whole permutation runs in registers.
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

/** What the module exports. */
export type KeccakExports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly absorb: (at: number, blocks: number, resume: number) => void;
};

type Code = readonly number[];

const LANES = 25;
const ROUNDS = 24;
const ROUND_CONSTANTS_AT = 200;

const GET = 0x20;
const SET = 0x21;
const TEE = 0x22;
const I32 = 0x7f;
const I64 = 0x7e;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const I32_ADD = 0x6a;
const NOT_EQUAL = 0x47;
const AND = 0x83;
const XOR = 0x85;
const ROTATE_LEFT = 0x89;
const BRANCH_IF = 0x0d;
const LOOP: Code = [0x03, 0x40];
const IF: Code = [0x04, 0x40];
const END = 0x0b;

// Locals: three parameters, the round, then lanes: the state, its successor, column sums.
const AT = 0;
const BLOCKS = 1;
const RESUME = 2;
const ROUND = 3;
const A = 4;
const B = A + LANES;
const C = B + LANES;
const D = C + 5;

/** The module's bytes. */
export function keccakModule(): Uint8Array {
  const body = [...absorbCode(), END];
  const locals = [2, 1, I32, 2 * LANES + 10, I64];
  const memoryPages = 2;
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const parts: readonly Code[] = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, [1, 0x60, 3, I32, I32, I32, 0]),
    section(3, [1, 0]),
    section(5, [1, 0, memoryPages]),
    section(7, [2, ...name('memory'), 2, 0, ...name('absorb'), 0, 0]),
    section(10, [1, ...sized([...locals, ...body])]),
    section(11, [1, 0, ...i32(ROUND_CONSTANTS_AT), END, ...sized(roundConstants())]),
  ];
  return Uint8Array.from(parts.flat());
}

function absorbCode(): Code {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const rate = lanes.slice(0, BLOCK_BYTES / 8);
  const parts: readonly Code[] = [
    [GET, RESUME, ...IF],
    ...lanes.map((lane) => [...i32(0), ...load(8 * lane), SET, A + lane]),
    [END, ...LOOP],
    ...rate.map((lane) => [GET, A + lane, GET, AT, ...load(8 * lane), XOR, SET, A + lane]),
    [...i32(0), SET, ROUND, ...LOOP],
    roundCode(),
    [GET, ROUND, ...i32(8), I32_ADD, TEE, ROUND],
    [...i32(8 * ROUNDS), NOT_EQUAL, BRANCH_IF, 0, END],
    [GET, AT, ...i32(BLOCK_BYTES), I32_ADD, SET, AT],
    [GET, BLOCKS, ...i32(-1), I32_ADD, TEE, BLOCKS, BRANCH_IF, 0, END],
    ...lanes.map((lane) => [...i32(0), GET, A + lane, ...store(8 * lane)]),
  ];
  return parts.flat();
}

/** One round: theta, rho and pi, chi, iota. @spec FIPS 202, 3.2 */
function roundCode(): Code {
  const code: number[] = [];
  for (let x = 0; x < 5; x++) {
    code.push(GET, A + x);
    for (let y = 1; y < 5; y++) code.push(GET, A + x + 5 * y, XOR);
    code.push(SET, C + x);
  }
  for (let x = 0; x < 5; x++) {
    const next = C + ((x + 1) % 5);
    code.push(GET, C + ((x + 4) % 5), GET, next, I64_CONST, 1, ROTATE_LEFT, XOR, SET, D + x);
  }
  for (const { x, y, offset } of walk()) {
    const target = B + y + 5 * ((2 * x + 3 * y) % 5);
    const rotate = [I64_CONST, ...signedLeb(BigInt(offset)), ROTATE_LEFT];
    code.push(GET, A + x + 5 * y, GET, D + x, XOR, ...rotate, SET, target);
  }
  for (let lane = 0; lane < LANES; lane++) {
    const row = B + lane - (lane % 5);
    const not = [I64_CONST, ...signedLeb(-1n), XOR];
    code.push(GET, B + lane, GET, row + ((lane + 1) % 5), ...not);
    code.push(GET, row + ((lane + 2) % 5), AND, XOR);
    if (lane === 0) code.push(GET, ROUND, ...load(ROUND_CONSTANTS_AT), XOR);
    code.push(SET, A + lane);
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
function roundConstants(): Code {
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

function load(offset: number): Code {
  return [0x29, 3, ...leb(offset)];
}

function store(offset: number): Code {
  return [0x37, 3, ...leb(offset)];
}

function i32(value: number): Code {
  return [I32_CONST, ...signedLeb(BigInt(value))];
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function sized(content: Code): Code {
  return [...leb(content.length), ...content];
}

function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = rest === ((low & 0x40) === 0 ? 0n : -1n);
  return isLast ? [low] : [low | 0x80, ...signedLeb(rest)];
}
