import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../../../src/execution/evm/interpreter/words.ts';
import {
  analyzeCode,
  analyzedByHash,
  isJumpDest,
  newCodeCache,
  pushedWord,
  trimCodeCache,
} from '../../../../src/execution/evm/interpreter/code.ts';

const hash = (n: number) => hashOf(BigInt(n));

describe('isJumpDest', () => {
  test('behavior: a JUMPDEST counts unless a PUSH has it', () => {
    const byte = fc.oneof(fc.constantFrom(0x5b, 0x5b, 0x5f, 0x60, 0x61, 0x7f, 0x80), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 80 }), (bytes) => {
        const code = analyzeCode(Uint8Array.from(bytes));
        const dests: number[] = [];
        for (let pc = 0; pc < bytes.length; pc++) {
          const opcode = bytes[pc] as number;
          if (opcode === 0x5b) dests.push(pc);
          if (opcode >= 0x60 && opcode <= 0x7f) pc += opcode - 0x5f;
        }
        const found = Array.from({ length: bytes.length + 20 }, (_, pc) => pc);
        expect(found.filter((pc) => isJumpDest(code, pc))).toEqual(dests);
      }),
    );
  });

  test('behavior: no target beyond the code, however far', () => {
    const code = analyzeCode(Uint8Array.of(0x5b));
    for (const target of [1, 8, 2 ** 32, 2 ** 35, 2 ** 256]) {
      expect(isJumpDest(code, target)).toBe(false);
    }
  });
});

describe('analyzedByHash', () => {
  test('behavior: looks for jump destinations once, however many contracts there are', () => {
    const cache = newCodeCache();
    const bytes = Uint8Array.of(0x5b, 0);
    const first = analyzedByHash(cache, hash(0), bytes);
    for (let i = 1; i < 10_000; i++) analyzedByHash(cache, hash(i), bytes);
    expect(analyzedByHash(cache, hash(0), bytes).jumpDests).toBe(first.jumpDests);
    expect(cache.recent.size).toBe(512);
  });
});

describe('trimCodeCache', () => {
  test('behavior: forgets when there is much', () => {
    const cache = newCodeCache();
    const fill = (count: number): void => {
      for (let i = 0; i < count; i++) analyzedByHash(cache, hash(i), new Uint8Array(1));
      trimCodeCache(cache);
    };
    fill(8000);
    expect(cache.jumpDests.size).toBe(8000);
    fill(9000);
    expect(cache.jumpDests.size).toBe(0);
  });
});

describe('pushedWord', () => {
  test('default: what stands behind the PUSH, and zeros behind the end', () => {
    const code = analyzeCode(Uint8Array.of(0x62, 1, 2, 3, 0x62, 4));
    expect(pushedWord(code, 0, 3)).toBe(0x010203n);
    expect(pushedWord(code, 4, 3)).toBe(0x040000n);
    expect(pushedWord(code, 4, 3)).toBe(0x040000n);
  });
});
