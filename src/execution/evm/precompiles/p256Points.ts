import { assert } from '../../../base/errors.ts';
import { I32, op, startWasm, type WasmCode, type WasmFunction } from '../../../base/wasmModule.ts';
import { ELEMENT_BYTES, linear, MULTIPLY, reducedLinear, SQUARE } from './p256Field.ts';

// Points of P-256 in Jacobian coordinates: X/Z^2 and Y/Z^3 are those of the plane. A point is X, Y,
// Z; an addend, which stands in a table, has -Y, Z^2 and Z^3 besides.
//
// Formulas: explicit-formulas database, `dbl-2001-b` and `add-1998-cmo-2`. Adding fails where both
// points have the same X, and then leaves Z = 0, which no later step changes: look at the end.

/** Bytes of a point. */
export const POINT_BYTES: number = 3 * ELEMENT_BYTES;
/** Bytes of an addend. */
export const ADDEND_BYTES: number = 6 * ELEMENT_BYTES;
/** Where in an addend its Y is, and that of its negative. */
export const PLUS: number = ELEMENT_BYTES;
/** See PLUS. */
export const MINUS: number = 3 * ELEMENT_BYTES;

const [X, Y, Z, NEGATIVE_Y, Z2, Z3] = [0, 1, 2, 3, 4, 5].map((i) => i * ELEMENT_BYTES) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** What works on points in the module's memory; all parameters but `limbs` are addresses. */
export type P256Points = {
  /** Nine limbs of 29 bits for each element, the lowest first. */
  readonly limbs: BigInt64Array;
  /** First address that is free for the caller. */
  readonly free: number;
  /** Product of elements over 2^261. */
  readonly multiply: (out: number, a: number, b: number) => void;
  readonly subtract: (out: number, a: number, b: number) => void;
  readonly double: (point: number) => void;
  /** Adds an addend, or its negative, as `y` tells: the addend's address and PLUS or MINUS. */
  readonly add: (point: number, addend: number, y: number) => void;
  /** Makes an addend of the point at its beginning. */
  readonly prepare: (addend: number) => void;
};

/** Starts a module with at least `roomBytes` that are free. */
export function startP256Points(roomBytes: number): P256Points {
  const free = SCRATCH.length * ELEMENT_BYTES;
  const { memory, functions } = startWasm(
    [...FIELD_FUNCTIONS, DOUBLE, ADD, PREPARE],
    free + roomBytes,
  );
  const { multiply, subtract, double, add, prepare } = functions;
  assert(multiply !== undefined && subtract !== undefined, 'the module has no field');
  assert(double !== undefined && add !== undefined, 'the module has no points');
  assert(prepare !== undefined, 'the module has no prepare');
  const limbs = new BigInt64Array(memory.buffer);
  return { limbs, free, multiply, subtract, double, add, prepare };
}

const SCRATCH = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const;

/** Address of one of the elements that the formulas use. */
function at(name: (typeof SCRATCH)[number]): WasmCode {
  return op.i32(SCRATCH.indexOf(name) * ELEMENT_BYTES);
}

function part(parameter: number, offset: number): WasmCode {
  return offset === 0 ? op.get(parameter) : [op.get(parameter), op.i32(offset), op.i32Add];
}

const FIELD_FUNCTIONS = [
  MULTIPLY,
  SQUARE,
  linear('sum', 1, 1),
  linear('difference', 1, -1),
  reducedLinear('subtract', 1, -1),
  reducedLinear('triple', 3, 0),
  reducedLinear('twice', 2, 0),
  reducedLinear('lessTwice', 1, -2),
  reducedLinear('lessEight', 1, -8),
  reducedLinear('fourLess', 4, -1),
  reducedLinear('negate', -1, 0),
] as const;

/** Calls of a function: where the result goes, and the operands. */
function caller(name: string): (out: WasmCode, a: WasmCode, b?: WasmCode) => WasmCode {
  const index = FIELD_FUNCTIONS.findIndex((each) => each.name === name);
  return (out, a, b = a) => [out, a, b, op.call(index)];
}

const mul = caller('multiply');
const sqr = caller('square');
const sum = caller('sum');
const difference = caller('difference');
const subtract = caller('subtract');

const [A, B, C, D, E, F, G, H, I, J] = SCRATCH.map(at) as [
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
  WasmCode,
];

const [x1, y1, z1] = [part(0, X), part(0, Y), part(0, Z)];

const DOUBLE: WasmFunction = {
  name: 'double',
  params: [I32],
  locals: [],
  code: [
    // a = delta, b = gamma, c = beta, d = alpha
    [sqr(A, z1), sqr(B, y1), mul(C, x1, B)],
    [difference(D, x1, A), sum(E, x1, A), mul(D, D, E), caller('triple')(D, D)],
    [mul(E, y1, z1), caller('twice')(z1, E)],
    [sqr(E, D), caller('lessEight')(x1, E, C)],
    [caller('fourLess')(C, C, x1), mul(C, D, C), sqr(B, B), caller('lessEight')(y1, C, B)],
  ],
};

const ADD: WasmFunction = {
  name: 'add',
  params: [I32, I32, I32],
  locals: [],
  code: [
    // b = U1, c = H, d = S1, e = r
    [sqr(A, z1), mul(B, x1, part(1, Z2)), mul(C, part(1, X), A), difference(C, C, B)],
    [mul(D, y1, part(1, Z3)), mul(E, z1, A), mul(E, op.get(2), E), difference(E, E, D)],
    // f = H^2, g = H^3, h = U1·H^2
    [sqr(F, C), mul(G, C, F), mul(H, B, F)],
    [sqr(I, E), difference(I, I, G), caller('lessTwice')(x1, I, H)],
    [difference(H, H, x1), mul(H, E, H), mul(J, D, G), subtract(y1, H, J)],
    [mul(A, z1, part(1, Z)), mul(z1, A, C)],
  ],
};

const PREPARE: WasmFunction = {
  name: 'prepare',
  params: [I32],
  locals: [],
  code: [
    [caller('negate')(part(0, NEGATIVE_Y), y1), sqr(part(0, Z2), z1)],
    [mul(part(0, Z3), part(0, Z2), z1)],
  ],
};
