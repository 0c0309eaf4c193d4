import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addLogs,
  bloomBits,
  bloomMayContain,
  logsBloom,
  mayContainAny,
} from '../../src/protocol/bloom.ts';
import { hexOf } from '../support/arbitraries.ts';

/** Positions of set bits, 0 is the lowest bit of the last byte. */
function bitsOf(bloom: Uint8Array): readonly number[] {
  return Array.from({ length: 2048 }, (_, bit) => bit).filter((bit) => {
    return ((bloom[255 - (bit >> 3)] as number) >> (bit & 7)) & 1;
  });
}

describe('addLogs', () => {
  test('default: what the bloom has stays', () => {
    const one = { address: `0x${'11'.repeat(20)}`, topics: [] } as const;
    const other = { address: `0x${'22'.repeat(20)}`, topics: [] } as const;
    const bloom = logsBloom([one]);
    addLogs(bloom, [other]);
    expect(bloom).toEqual(logsBloom([one, other]));
  });
});

describe('logsBloom', () => {
  test('default: no logs', () => {
    expect(logsBloom([])).toEqual(new Uint8Array(256));
  });

  test('default: an address', () => {
    // Its Keccak-256 begins 0954 d2be f0ca; the low 11 bits of each pair are 340, 702 and 202.
    const address = '0x22341ae42d6dd7384bc8584e50419ea3ac75b83f';
    expect(bitsOf(logsBloom([{ address, topics: [] }]))).toEqual([202, 340, 702]);
  });

  test('behavior: three bits for the address and for each topic', () => {
    const log = { address: `0x${'11'.repeat(20)}`, topics: [`0x${'22'.repeat(32)}`] } as const;
    expect(bitsOf(logsBloom([log])).length).toBe(6);
  });

  test('behavior: the bloom of many is the union', () => {
    const one = { address: `0x${'11'.repeat(20)}`, topics: [] } as const;
    const other = { address: `0x${'33'.repeat(20)}`, topics: [`0x${'44'.repeat(32)}`] } as const;
    const union = logsBloom([one]).map((byte, i) => byte | (logsBloom([other])[i] as number));
    expect(logsBloom([one, other])).toEqual(union);
  });

  test('behavior: the same again after more items than are remembered', () => {
    const logs = Array.from({ length: 5000 }, (_, i) => {
      return { address: `0x${i.toString(16).padStart(40, '0')}`, topics: [] } as const;
    });
    const first = logs.map((log) => bitsOf(logsBloom([log])));
    expect(logs.map((log) => bitsOf(logsBloom([log])))).toEqual(first);
    // Keccak-256 of 20 zero bytes begins 5380 c7b7 ae81.
    expect(first[0]).toEqual([0x380, 0x7b7, 0x681].toSorted((a, b) => a - b));
  });
});

describe('bloomMayContain', () => {
  test('behavior: never false for what is in the logs', () => {
    const logs = fc.array(
      fc.record({ address: hexOf(20), topics: fc.array(hexOf(32), { maxLength: 4 }) }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(logs, (given) => {
        const bloom = logsBloom(given);
        for (const { address, topics } of given) {
          for (const item of [address, ...topics]) expect(bloomMayContain(bloom, item)).toBe(true);
        }
      }),
    );
  });

  test('behavior: false when one of the three bits is missing', () => {
    const address = `0x${'11'.repeat(20)}` as const;
    const bloom = logsBloom([{ address, topics: [] }]);
    for (const bit of bitsOf(bloom)) {
      const lacking = bloom.slice();
      const byte = 255 - (bit >> 3);
      lacking[byte] = (lacking[byte] as number) & ~(1 << (bit & 7));
      expect(bloomMayContain(lacking, address), `bit ${bit}`).toBe(false);
    }
    expect(bloomMayContain(new Uint8Array(256), address)).toBe(false);
  });
});

describe('mayContainAny', () => {
  test('behavior: as for each of the items by itself', () => {
    const items = fc.array(fc.oneof(hexOf(20), hexOf(32)), { maxLength: 6 });
    // Dense enough that false hits are common too.
    const logs = fc.record({ address: hexOf(20), topics: fc.array(hexOf(32), { maxLength: 300 }) });
    fc.assert(
      fc.property(items, logs, fc.boolean(), (wanted, log, isThere) => {
        const [first] = wanted;
        const topics = isThere && first !== undefined ? [...log.topics, first] : log.topics;
        const bloom = logsBloom([{ ...log, topics }]);
        const expected = wanted.some((item) => bloomMayContain(bloom, item));
        expect(mayContainAny(bloom, bloomBits(wanted))).toBe(expected);
      }),
    );
  });

  test('behavior: of no items there is none', () => {
    expect(mayContainAny(new Uint8Array(256).fill(0xff), bloomBits([]))).toBe(false);
  });
});
