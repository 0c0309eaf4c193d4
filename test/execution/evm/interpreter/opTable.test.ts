import { describe, expect, test } from 'vitest';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';
import { runCode } from '../../../support/evmCode.ts';

/** Opcodes of a fixed price: price, operands, and the opcodes in hex. */
const PRICES: readonly (readonly [bigint, number, string])[] = [
  [0n, 0, '00'],
  [1n, 0, '5b'],
  [2n, 0, '30 32 33 34 36 38 3a 3d 41 42 43 44 45 46 48 4a 58 59 5a 5f'],
  [2n, 1, '50'],
  [3n, 1, '15 19 35 49 80'],
  [3n, 2, '01 03 10 11 12 13 14 16 17 18 1a 1b 1c 1d 81 90'],
  [3n, 3, '37 39 3e 5e 91'],
  [3n, 16, '8f'],
  [3n, 17, '9f'],
  [5n, 0, '47'],
  [5n, 1, '1e'],
  [5n, 2, '02 04 05 06 07 0b'],
  [6n, 1, '51'],
  [6n, 2, '52 53'],
  [8n, 3, '08 09'],
  [10n, 2, '0a 57'],
  [20n, 1, '40'],
  [30n, 2, '20'],
  [100n, 1, '5c'],
  [100n, 2, '5d'],
  [375n, 2, 'a0'],
  [750n, 3, 'a1'],
  [1125n, 4, 'a2'],
  [1500n, 5, 'a3'],
  [1875n, 6, 'a4'],
  [32_000n, 3, 'f0'],
  [32_000n, 4, 'f5'],
];

const CASES = PRICES.flatMap(([gas, operands, codes]) =>
  codes.split(' ').map((op): [string, number, bigint] => [op, operands, gas]),
);

// Operands of zero: memory grows by a word for 51, 52 and 53, and by nothing else.
describe('createOpTable', () => {
  test.each(CASES)('default: %s with %i operands costs %i', async (op, operands, gas) => {
    const code = '5f'.repeat(operands) + op;
    const ran = await runCode({ code });
    expect(ran.reason).toBe('');
    expect(ran.gasUsed).toBe(2n * BigInt(operands) + gas);
    if (operands > 0) expect((await runCode({ code: code.slice(2) })).reason).not.toBe('');
  });

  test('behavior: what pushes finds room for exactly one word', async () => {
    const pushing = '30 32 33 34 36 38 3a 3d 41 42 43 44 45 46 47 48 4a 58 59 5a 5f 80 8f 6000';
    for (const op of pushing.split(' ')) {
      expect((await runCode({ code: '5f'.repeat(1023) + op })).reason, op).toBe('');
      const full = await runCode({ code: '5f'.repeat(1024) + op });
      expect(full.reason, op).toBe('stack overflow');
    }
  });

  test('behavior: what takes as much as it leaves works on a full stack', async () => {
    for (const [op, operands] of CASES) {
      if (operands === 0 || op.startsWith('8')) continue;
      expect((await runCode({ code: '5f'.repeat(1024) + op })).reason, op).toBe('');
    }
  });

  test('default: every PUSH costs 3', async () => {
    for (let length = 1; length <= 32; length++) {
      const code = (0x5f + length).toString(16) + '00'.repeat(length);
      expect((await runCode({ code })).gasUsed, code).toBe(3n);
    }
  });

  test.each<[EvmFork, string]>([
    ['regolith', '5f 49 4a 5c 5d 5e 1e'],
    ['canyon', '49 4a 5c 5d 5e 1e'],
    ['ecotone', '1e'],
    ['jovian', '1e'],
    ['karst', ''],
  ])('behavior: opcodes that %s does not have', async (fork, codes) => {
    const added = ['5f', '49', '4a', '5c', '5d', '5e', '1e'];
    for (const op of added) {
      const { reason } = await runCode({ code: `600060006000${op}`, fork });
      expect(reason, op).toBe(codes.split(' ').includes(op) ? 'invalid opcode' : '');
    }
  });
});
