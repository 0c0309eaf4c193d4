import { describe, expect, test } from 'vitest';
import { pushes, runCode, topOf } from '../../../support/evmCode.ts';

const MAX = (1n << 256n) - 1n;
const MIN = 1n << 255n;

describe('ARITHMETIC_OPS', () => {
  test.each<[string, string, bigint[], bigint]>([
    ['ADD wraps', '01', [MAX, 2n], 1n],
    ['MUL wraps', '02', [MIN, 3n], MIN],
    ['SUB wraps', '03', [1n, 2n], MAX],
    ['DIV', '04', [7n, 2n], 3n],
    ['DIV by zero', '04', [7n, 0n], 0n],
    ['SDIV', '05', [-7n, 2n], MAX - 2n],
    ['SDIV of the least by -1', '05', [MIN, MAX], MIN],
    ['SDIV by zero', '05', [-7n, 0n], 0n],
    ['MOD', '06', [7n, 4n], 3n],
    ['MOD by zero', '06', [7n, 0n], 0n],
    ['SMOD takes the sign of the dividend', '07', [-7n, 4n], MAX - 2n],
    ['SMOD of a negative divisor', '07', [7n, -4n], 3n],
    ['SMOD by zero', '07', [-7n, 0n], 0n],
    ['ADDMOD does not wrap', '08', [MAX, 2n, 10n], (MAX + 2n) % 10n],
    ['ADDMOD by zero', '08', [1n, 2n, 0n], 0n],
    ['MULMOD does not wrap', '09', [MAX, MAX, 11n], (MAX * MAX) % 11n],
    ['MULMOD by zero', '09', [1n, 2n, 0n], 0n],
    ['EXP', '0a', [3n, 200n], (3n ** 200n) & MAX],
    ['EXP of two', '0a', [2n, 255n], MIN],
    ['EXP of two beyond the word', '0a', [2n, 256n], 0n],
    ['EXP zero to zero', '0a', [0n, 0n], 1n],
    ['SIGNEXTEND of a negative byte', '0b', [0n, 0x180n], MAX - 127n],
    ['SIGNEXTEND of a positive byte', '0b', [0n, 0xff7fn], 0x7fn],
    ['SIGNEXTEND of 31 bytes', '0b', [30n, 1n << 247n], MAX - (1n << 247n) + 1n],
    ['SIGNEXTEND of a word', '0b', [31n, MIN], MIN],
    ['SIGNEXTEND from far away', '0b', [MAX, 0x80n], 0x80n],
    ['LT', '10', [1n, 2n], 1n],
    ['LT of equals', '10', [2n, 2n], 0n],
    ['GT', '11', [2n, 1n], 1n],
    ['GT of equals', '11', [2n, 2n], 0n],
    ['SLT', '12', [-1n, 0n], 1n],
    ['SLT of equals', '12', [-1n, -1n], 0n],
    ['SGT', '13', [0n, -1n], 1n],
    ['SGT of equals', '13', [-1n, -1n], 0n],
    ['EQ', '14', [5n, 5n], 1n],
    ['ISZERO', '15', [0n], 1n],
    ['ISZERO of one', '15', [1n], 0n],
    ['AND', '16', [12n, 10n], 8n],
    ['OR', '17', [12n, 10n], 14n],
    ['XOR', '18', [12n, 10n], 6n],
    ['NOT', '19', [1n], MAX - 1n],
    ['BYTE 0', '1a', [0n, 0xabn << 248n], 0xabn],
    ['BYTE 31', '1a', [31n, 0x1cdn], 0xcdn],
    ['BYTE 32', '1a', [32n, MAX], 0n],
    ['SHL', '1b', [255n, 3n], MIN],
    ['SHL by a word', '1b', [256n, MAX], 0n],
    ['SHR', '1c', [255n, MIN], 1n],
    ['SHR by a word', '1c', [256n, MAX], 0n],
    ['SAR', '1d', [1n, MIN], MIN + (MIN >> 1n)],
    ['SAR of a positive word', '1d', [300n, MIN - 1n], 0n],
    ['SAR of a negative word', '1d', [300n, MIN], MAX],
    ['CLZ', '1e', [1n], 255n],
    ['CLZ of the highest bit', '1e', [MIN], 0n],
    ['CLZ of zero', '1e', [0n], 256n],
  ])('default: %s', async (_, op, operands, expected) => {
    expect(await topOf({ code: pushes(...operands) + op })).toBe(expected);
  });

  // EIP-160: 10, and 50 for every byte of the exponent.
  test.each<[bigint, bigint]>([
    [0n, 10n],
    [1n, 60n],
    [255n, 60n],
    [256n, 110n],
    [MAX, 1610n],
  ])('behavior: EXP with exponent %i costs %i', async (exponent, gas) => {
    const { gasUsed } = await runCode({ code: `${pushes(3n, exponent)}0a00` });
    expect(gasUsed).toBe(gas + 6n);
  });

  test('behavior: there is no CLZ before Karst', async () => {
    expect(await topOf({ code: `${pushes(1n)}1e`, fork: 'jovian' })).toBeUndefined();
  });
});
