import { describe, expect, test } from 'vitest';
import { pushes, runCode, topOf } from '../../../support/evmCode.ts';

const MAX = (1n << 256n) - 1n;

describe('FLOW_OPS', () => {
  test.each<[string, string, string]>([
    ['a JUMPDEST', '6003565b', 'success'],
    ['data of a PUSH1', '600456605b', 'halt'],
    ['data of a PUSH32', `6004567f5b${'00'.repeat(31)}`, 'halt'],
    ['behind the data of a PUSH1', '600556605b5b', 'success'],
    ['something else', '60035600', 'halt'],
    ['behind the code', '600456', 'halt'],
    ['far away', `${pushes(MAX)}56`, 'halt'],
    ['nowhere, on no condition', '6000600957', 'success'],
    ['nowhere, on a condition', '6001600957', 'halt'],
  ])('behavior: a jump to %s', async (_, code, status) => {
    expect((await runCode({ code })).status).toBe(status);
  });

  test('behavior: code ends in endless zeros', async () => {
    // A PUSH2 that has one byte; then STOP.
    expect((await runCode({ code: '61ff' })).gasUsed).toBe(3n);
    expect(await topOf({ code: '602060ff600039600051' })).toBe(0n);
  });

  test('error: the stack holds 1024 words', async () => {
    expect((await runCode({ code: '5f'.repeat(1024) })).status).toBe('success');
    expect((await runCode({ code: '5f'.repeat(1025) })).reason).toBe('stack overflow');
    expect((await runCode({ code: `${'5f'.repeat(1024)}80` })).reason).toBe('stack overflow');
    expect((await runCode({ code: `${'5f'.repeat(1024)}90` })).status).toBe('success');
  });

  test.each(['01', '5f01', '8f', '5f90', '56', '5ff3', '5ffd', '5f55'])(
    'error: %s finds too little on the stack',
    async (code) => {
      expect((await runCode({ code })).reason).toBe('stack underflow');
    },
  );

  test.each([0, 1, 63, 64, 65, 127, 128, 191, 192, 255])(
    'behavior: MSTORE and MLOAD of bit %i',
    async (bit) => {
      for (const word of [1n << BigInt(bit), (1n << BigInt(bit)) - 1n]) {
        // Over other bytes, and not at the edge of a word.
        const code = `${pushes(5n, MAX)}52${pushes(5n, word)}52600551`;
        expect(await topOf({ code })).toBe(word);
      }
    },
  );

  test('behavior: MCOPY copies over itself', async () => {
    const word = BigInt(`0x${'0102030405060708'.repeat(4)}`);
    const code = `${pushes(word)}600052601f600060015e600051`;
    expect(await topOf({ code })).toBe(BigInt(`0x01${'0102030405060708'.repeat(4).slice(0, 62)}`));
    const back = `${pushes(word)}600052601f600160005e600051`;
    expect(await topOf({ code: back })).toBe(
      BigInt(`0x${'0102030405060708'.repeat(4).slice(2)}08`),
    );
  });

  test('behavior: MCOPY pays for the farther of its ranges', async () => {
    // 3, 3 per word, and memory up to 96 bytes.
    expect((await runCode({ code: '6020600060405e' })).gasUsed).toBe(24n);
    expect((await runCode({ code: '6020604060005e' })).gasUsed).toBe(24n);
  });

  test('behavior: an empty range costs nothing, wherever it is', async () => {
    expect((await runCode({ code: `${pushes(MAX, 0n)}f3` })).status).toBe('success');
    expect((await runCode({ code: `${pushes(MAX, 1n)}f3` })).status).toBe('halt');
    expect((await runCode({ code: `${pushes(0n, MAX)}f3` })).status).toBe('halt');
  });

  test.each(['0c', '1f', '21', '4b', 'a5', 'ef', 'f6', 'fe'])('error: no opcode %s', async (op) => {
    const { status, gasUsed } = await runCode({ code: '5f'.repeat(8) + op });
    expect([status, gasUsed]).toEqual(['halt', 1_000_000n]);
  });
});
