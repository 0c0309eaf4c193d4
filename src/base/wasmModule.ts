// A few functions are written as WebAssembly, instruction by instruction: 64-bit arithmetic that
// JavaScript has only as bigints, ten times as slow. The code is made here from numbers that a
// reader can check against the specification, so that no binary has to be believed.

/** The type of 32-bit numbers. */
export const I32 = 0x7f;
/** The type of 64-bit numbers. */
export const I64 = 0x7e;
/** Types of parameters, results and local variables. */
export type WasmType = typeof I32 | typeof I64;

/** Bytes of instructions, in any depth of lists. */
export type WasmCode = number | readonly WasmCode[];

/** A function without result; parameters are the first local variables. */
export type WasmFunction = {
  readonly name: string;
  readonly params: readonly WasmType[];
  readonly locals: readonly WasmType[];
  readonly code: WasmCode;
};

const PAGE_BYTES = 65_536;

/**
 * Compiles and starts a module with a memory of its own, of at least `memoryBytes`.
 *
 * @throws Error where WebAssembly is not to be had.
 */
export function startWasm(
  functions: readonly WasmFunction[],
  memoryBytes: number,
): { readonly memory: Uint8Array; readonly functions: WasmFunctions } {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  const bytes = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector(functions.map(({ params }) => [0x60, vector([...params]), vector([])]))),
    section(3, vector(functions.map((_, i) => unsigned(i)))),
    section(5, vector([[0x00, unsigned(pages)]])),
    section(
      7,
      vector([
        [text('memory'), 0x02, 0],
        ...functions.map(({ name }, i) => [text(name), 0x00, unsigned(i)]),
      ]),
    ),
    section(10, vector(functions.map(({ locals, code }) => sized(body(locals, code))))),
  ];
  const { Module, Instance } = (globalThis as unknown as WasmRuntime).WebAssembly;
  const { exports } = new Instance(new Module(Uint8Array.from(flat(bytes))));
  const { memory, ...rest } = exports;
  return { memory: new Uint8Array(memory.buffer), functions: rest };
}

/** What every JavaScript engine has, and the types of none of our libraries. */
type WasmRuntime = {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: WasmExports };
  };
};

type WasmExports = WasmFunctions & { readonly memory: { readonly buffer: ArrayBuffer } };

/** The functions of a module by their names. */
export type WasmFunctions = {
  readonly [name: string]: (...params: readonly number[]) => void;
};

function body(locals: readonly WasmType[], code: WasmCode): WasmCode {
  return [vector(locals.map((type) => [1, type])), code, 0x0b];
}

function section(id: number, content: WasmCode): WasmCode {
  return [id, sized(content)];
}

function sized(content: WasmCode): WasmCode {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
}

function vector(items: readonly WasmCode[]): WasmCode {
  return [unsigned(items.length), items];
}

function text(value: string): WasmCode {
  return vector([...new TextEncoder().encode(value)]);
}

function flat(code: WasmCode): number[] {
  return typeof code === 'number'
    ? [code]
    : ((code as readonly unknown[]).flat(Infinity) as number[]);
}

function unsigned(value: number): WasmCode {
  return value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(value >>> 7)];
}

function signed(value: bigint): WasmCode {
  const low = Number(BigInt.asUintN(7, value));
  const rest = value >> 7n;
  const isEnd = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return isEnd ? low : [low | 0x80, signed(rest)];
}

/** Instructions, by their names in the specification. `i` names a local variable. */
export const op = {
  get: (i: number): WasmCode => [0x20, unsigned(i)],
  set: (i: number): WasmCode => [0x21, unsigned(i)],
  tee: (i: number): WasmCode => [0x22, unsigned(i)],
  i32: (value: number): WasmCode => [0x41, signed(BigInt(value | 0))],
  i64: (value: bigint): WasmCode => [0x42, signed(BigInt.asIntN(64, value))],
  i64Load: (offset: number): WasmCode => [0x29, 3, unsigned(offset)],
  i64Store: (offset: number): WasmCode => [0x37, 3, unsigned(offset)],
  /** 32 bits, widened without sign. */
  i64Load32: (offset: number): WasmCode => [0x35, 2, unsigned(offset)],
  i64Store32: (offset: number): WasmCode => [0x3e, 2, unsigned(offset)],
  i32Eqz: 0x45,
  i32Ne: 0x47,
  i32LtU: 0x49,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32Load8: (offset: number): WasmCode => [0x2d, 0, unsigned(offset)],
  i32And: 0x71,
  i32ShrU: 0x76,
  i64Eqz: 0x50,
  i64LtU: 0x54,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i64Rotl: 0x89,
  i64Rotr: 0x8a,
  /** Widens 32 bits without sign. */
  i64ExtendU: 0xad,
  call: (index: number): WasmCode => [0x10, unsigned(index)],
  block: (...code: readonly WasmCode[]): WasmCode => [0x02, 0x40, code, 0x0b],
  loop: (...code: readonly WasmCode[]): WasmCode => [0x03, 0x40, code, 0x0b],
  if: (...code: readonly WasmCode[]): WasmCode => [0x04, 0x40, code, 0x0b],
  br: (depth: number): WasmCode => [0x0c, unsigned(depth)],
  brIf: (depth: number): WasmCode => [0x0d, unsigned(depth)],
} as const;
