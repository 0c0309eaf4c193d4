import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { cursorAt } from '../../src/base/cursor.ts';
import { encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { encodeSpanTxs } from '../../src/protocol/encodeSpanTxs.ts';
import { rebuildSpanTxs } from '../../src/protocol/spanBatchTx.ts';
import { readSpanTxs } from '../../src/protocol/spanBatchTxs.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { runs } from '../support/runs.ts';

const filled = (length: number, byte = 0xff) => new Uint8Array(length).fill(byte);

function rebuilt(txs: readonly Uint8Array[], chainId: bigint): string[] {
  const columns = readSpanTxs(cursorAt(encodeSpanTxs(txs, chainId)), txs.length);
  return rebuildSpanTxs(columns, chainId).map(bytesToHex);
}

/** Columns of one transaction of this data item, with a recipient. */
function oneTx(data: Uint8Array): ReturnType<typeof readSpanTxs> {
  const isLegacy = (data[0] as number) > 0x7f || data[0] === 0;
  const columns = [Uint8Array.of(0, 0), filled(64, 1), filled(20, 0xaa), data, Uint8Array.of(7, 9)];
  return readSpanTxs(cursorAt(concatBytes(...columns, new Uint8Array(isLegacy ? 1 : 0))), 1);
}

describe('rebuildSpanTxs', () => {
  test('default: no transactions', () => {
    expect(rebuilt([], 10n)).toEqual([]);
  });

  test('behavior: the longest everything, of any length of data, many in a row', () => {
    const chainId = 2n ** 256n - 1n;
    const v = 2n * chainId + 36n;
    const word = filled(32);
    const [nonce, gas] = [filled(8), filled(8)];
    const vBytes = hexToBytes(`0x${v.toString(16).padStart(66, '0')}`);
    const txs = [0, 1, 55, 56, 200, 255, 256, 40_000, 300_000].flatMap((length) => {
      const data = filled(length);
      const legacy: RlpItem = [nonce, word, gas, filled(20), word, data, vBytes, word, word];
      const accessList: RlpItem = [[filled(20), [word, word]]];
      const head: readonly RlpItem[] = [word, nonce, word, word, gas, filled(20), word, data];
      const typed: RlpItem = [...head, accessList, Uint8Array.of(1), word, word];
      return [encodeRlp(legacy), concatBytes(Uint8Array.of(2), encodeRlp(typed))];
    });
    expect(rebuilt(txs, chainId)).toEqual(txs.map(bytesToHex));
  });

  test('behavior: transactions stay what they are when others follow', () => {
    const tx = (nonce: number, length: number) => {
      const [one, to, word] = [Uint8Array.of(1), filled(20), filled(32)];
      const data = filled(length, nonce + 1);
      return encodeRlp([
        Uint8Array.of(nonce + 1),
        one,
        one,
        to,
        one,
        data,
        Uint8Array.of(27),
        word,
        word,
      ]);
    };
    fc.assert(
      fc.property(fc.array(fc.nat(60_000), { maxLength: 12 }), (lengths) => {
        const txs = lengths.map((length, i) => tx(i, length));
        expect(rebuilt(txs, 10n)).toEqual(txs.map(bytesToHex));
      }),
      { numRuns: runs(8) },
    );
  });

  test('error: a type that spans do not know, in the form of one that they do', () => {
    for (const type of [0, 3, 5, 0x7c, 0x7e, 0x7f]) {
      for (const form of ['c3808080', 'c4808080c0', 'c580808080c0', 'c680808080c0c0']) {
        const columns = oneTx(hexToBytes(`0x${type.toString(16).padStart(2, '0')}${form}`));
        const code = decodeErrorCode(() => rebuildSpanTxs(columns, 10n));
        expect(code, `type ${type}, ${form}`).toBe('unknownTxType');
      }
    }
  });
});
