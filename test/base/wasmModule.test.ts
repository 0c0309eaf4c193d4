import { describe, expect, test } from 'vitest';
import { I32, op, startWasm, type WasmCode, type WasmFunction } from '../../src/base/wasmModule.ts';

/** Memory after a function of that code was called; what it has on its stack is stored at 0. */
function stored(value: WasmCode, params: readonly number[] = []): DataView {
  const code = [op.i32(0), value, op.i64Store(0)];
  const run: WasmFunction = { name: 'run', params: params.map(() => I32), locals: [], code };
  const { memory, functions } = startWasm([run], 8);
  functions['run']?.(...params);
  return new DataView(memory.buffer);
}

describe('startWasm', () => {
  test('default: a function over its parameters, and the memory it writes to', () => {
    const sum = [op.get(0), op.get(1), op.i32Add, op.i64ExtendU];
    expect(stored(sum, [40, 2]).getBigUint64(0, true)).toBe(42n);
  });

  test('behavior: memory comes in pages of 64 kB', () => {
    expect(startWasm([], 65_537).memory).toHaveLength(131_072);
  });
});

describe('op', () => {
  test('behavior: constants of every length', () => {
    for (let bits = 0n; bits < 64n; bits++) {
      for (const value of [2n ** bits - 1n, -(2n ** bits)]) {
        expect(stored(op.i64(value)).getBigInt64(0, true), `${value}`).toBe(value);
      }
    }
  });

  test('behavior: a loop goes on while its branch is taken', () => {
    const addTo = [op.i32(0), op.i32(0), op.i64Load(0), op.get(0), op.i64ExtendU, op.i64Add];
    const countDown = [op.get(0), op.i32(-1), op.i32Add, op.tee(0), op.brIf(0)];
    const sum = [op.loop(addTo, op.i64Store(0), countDown), op.i32(0), op.i64Load(0)];
    expect(stored(sum, [100]).getBigUint64(0, true)).toBe(5050n);
  });
});
