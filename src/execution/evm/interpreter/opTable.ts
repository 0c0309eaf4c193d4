import { type Frame, INVALID_OPCODE } from './machine.ts';

/** What one opcode does, after its fixed gas has been charged and the stack been checked. */
export type Op = (frame: Frame) => void;

/** Opcodes of a fork, as parallel arrays by opcode. */
export type OpTable = {
  readonly run: readonly Op[];
  readonly gas: Uint16Array;
  /** Items that must be on the stack. */
  readonly least: Uint16Array;
  /** Items that may be on the stack. */
  readonly most: Uint16Array;
};

/** One opcode: number, fixed gas, items taken from the stack, items left on it. */
export type OpEntry = readonly [
  opcode: number,
  gas: number,
  takes: number,
  leaves: number,
  run: Op,
];

const STACK_LIMIT = 1024;

/** A table of `entries`; every other opcode is invalid. */
export function createOpTable(entries: readonly OpEntry[]): OpTable {
  const run: Op[] = Array.from({ length: 256 }, () => invalid);
  const gas = new Uint16Array(256);
  const least = new Uint16Array(256);
  const most = new Uint16Array(256).fill(STACK_LIMIT);
  for (const [opcode, cost, takes, leaves, op] of entries) {
    run[opcode] = op;
    gas[opcode] = cost;
    least[opcode] = takes;
    most[opcode] = STACK_LIMIT - Math.max(0, leaves - takes);
  }
  return { run, gas, least, most };
}

function invalid(): void {
  throw INVALID_OPCODE;
}
