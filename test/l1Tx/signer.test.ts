import { describe, expect, test } from 'vitest';
import { signerOf } from '../../src/l1Tx/signer.ts';

const WORDS = 'test test test test test test test test test test test junk';
const NONE = { privateKey: undefined, mnemonic: undefined, hdPath: undefined };

describe('signerOf', () => {
  test('default: a mnemonic gives its first account, a path another', async () => {
    const first = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
    expect((await signerOf({ ...NONE, mnemonic: WORDS })).address).toBe(first);
    const second = await signerOf({ ...NONE, mnemonic: WORDS, hdPath: "m/44'/60'/0'/0/1" });
    expect(second.address).toBe('0x70997970c51812dc3a010c7d01b50e0d17dc79c8');
  });

  test('error: neither, and both', async () => {
    await expect(signerOf(NONE)).rejects.toThrow('exactly one');
    await expect(signerOf({ ...NONE, mnemonic: WORDS, privateKey: '0x1' })).rejects.toThrow('both');
  });

  test.each([{ mnemonic: 'foo bar' }, { mnemonic: WORDS, hdPath: 'x/1' }])(
    'error: %j names the flag and not the words',
    async (source) => {
      const signer = signerOf({ ...NONE, ...source });
      await expect(signer).rejects.toThrow(/^`mnemonic`: expected a BIP-39 mnemonic/);
      await expect(signer).rejects.not.toThrow(/foo|junk/);
    },
  );
});
