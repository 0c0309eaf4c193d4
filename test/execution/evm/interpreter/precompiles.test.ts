import { describe, expect, test } from 'vitest';
import { type Address, bytesToHex, type Hex, hexToBytes } from '../../../../src/base/bytes.ts';
import {
  createOsakaCommon,
  createRuleSet,
} from '../../../../src/execution/evm/ethereumjs/ruleSet.ts';
import { createPrecompiles } from '../../../../src/execution/evm/interpreter/precompiles.ts';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';

function run(fork: EvmFork, at: number, data: Uint8Array, gas: number) {
  const map = createPrecompiles(fork, createRuleSet(fork, 901n), createOsakaCommon(901n));
  const address: Address = `0x${at.toString(16).padStart(40, '0')}`;
  return map.get(address)?.(data, gas);
}

/** Lengths of base, exponent and modulus, and all of them ones. */
function modexp(base: number, exponent: number, modulus: number): Uint8Array {
  const lengths = [base, exponent, modulus].map((n) => n.toString(16).padStart(64, '0'));
  const operands = 'ff'.repeat(base + exponent + modulus);
  return hexToBytes(`0x${lengths.join('')}${operands}`);
}

describe('createPrecompiles', () => {
  test.each<[string, EvmFork, number, Hex, Hex, number]>([
    [
      'ECRECOVER, with an s above half the order',
      'bedrock',
      0x01,
      '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c000000000000000000000000000000000000000000000000000000000000001c73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
      '0x000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b',
      3000,
    ],
    [
      'ECRECOVER of no point',
      'bedrock',
      0x01,
      '0xa8b53bdf3306a35a7103ab5504a0c9b492295564b6202b1942a84ef300107281000000000000000000000000000000000000000000000000000000000000001b307835653165303366353363653138623737326363623030393366663731663366353366356337356237346463623331613835616138623838393262346538621122334455667788991011121314151617181920212223242526272829303132',
      '0x',
      3000,
    ],
    [
      'SHA256 of abc',
      'bedrock',
      0x02,
      '0x616263',
      '0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      72,
    ],
    [
      'SHA256 of nothing',
      'bedrock',
      0x02,
      '0x',
      '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      60,
    ],
    [
      'RIPEMD160 of abc',
      'bedrock',
      0x03,
      '0x616263',
      '0x0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc',
      720,
    ],
    [
      'IDENTITY of 33 bytes',
      'bedrock',
      0x04,
      '0xababababababababababababababababababababababababababababababababab',
      '0xababababababababababababababababababababababababababababababababab',
      21,
    ],
    [
      'MODEXP, the example of EIP-198',
      'bedrock',
      0x05,
      '0x00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000002003fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2efffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f',
      '0x0000000000000000000000000000000000000000000000000000000000000001',
      1360,
    ],
    [
      'MODEXP at the prices of EIP-7883',
      'karst',
      0x05,
      '0x00000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000002003fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2efffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f',
      '0x0000000000000000000000000000000000000000000000000000000000000001',
      4080,
    ],
    ['MODEXP of nothing', 'jovian', 0x05, '0x', '0x', 200],
    ['MODEXP of nothing at Karst', 'karst', 0x05, '0x', '0x', 500],
    [
      'bn256 addition',
      'bedrock',
      0x06,
      '0x18b18acfb4c2c30276db5411368e7185b311dd124691610c5d3b74034e093dc9063c909c4720840cb5134cb9f59fa749755796819658d32efc0d288198f3726607c2b7f58a84bd6145f00c9c2bc0bb1a187f20ff2c92963a88019e7c6a014eed06614e20c147e940f2d70da3f74c9a17df361706a4485c742bd6788478fa17d7',
      '0x2243525c5efd4b9c3d3c45ac0ca3fe4dd85e830a4ce6b65fa1eeaee202839703301d1d33be6da8e509df21cc35964723180eed7532537db9ae5e7d48f195c915',
      150,
    ],
    [
      'bn256 multiplication',
      'bedrock',
      0x07,
      '0x2bd3e6d0f3b142924f5ca7b49ce5b9d54c4703d7ae5648e61d02268b1a0a9fb721611ce0a6af85915e2f1d70300909ce2e49dfad4a4619c8390cae66cefdb20400000000000000000000000000000000000000000000000011138ce750fa15c2',
      '0x070a8d6a982153cae4be29d434e8faef8a47b274a053f5a4ee2a6c9c13c31e5c031b8ce914eba3a9ffb989f9cdd5b0f01943074bf4f0f315690ec3cec6981afc',
      6000,
    ],
    [
      'bn256 pairing of nothing',
      'bedrock',
      0x08,
      '0x',
      '0x0000000000000000000000000000000000000000000000000000000000000001',
      45000,
    ],
    [
      'BLAKE2F, vector 5 of EIP-152',
      'bedrock',
      0x09,
      '0x0000000c48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b61626300000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000300000000000000000000000000000001',
      '0xba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
      12,
    ],
    [
      'P256VERIFY',
      'fjord',
      0x100,
      '0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
      '0x0000000000000000000000000000000000000000000000000000000000000001',
      3450,
    ],
    [
      'P256VERIFY of another message',
      'karst',
      0x100,
      '0x00ee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
      '0x',
      6900,
    ],
  ])('default: %s', async (_, fork, at, input, expected, gas) => {
    const data = hexToBytes(input);
    const ended = await run(fork, at, data, gas);
    expect(ended).toMatchObject({ succeeded: true, gasUsed: gas });
    expect(bytesToHex(ended?.output ?? data)).toBe(expected);
    const short = await run(fork, at, data, gas - 1);
    expect(short).toEqual({ succeeded: false, gasUsed: gas - 1, output: new Uint8Array(0) });
  });

  test.each<[string, EvmFork, Uint8Array, boolean]>([
    ['a base of 1025 bytes at Jovian', 'jovian', modexp(1025, 1, 1), true],
    ['operands of 1024 bytes at Karst', 'karst', modexp(1024, 1, 1024), true],
    ['a base of 1025 bytes', 'karst', modexp(1025, 1, 1), false],
    ['an exponent of 1025 bytes', 'karst', modexp(1, 1025, 1), false],
    ['a modulus of 1025 bytes', 'karst', modexp(1, 1, 1025), false],
  ])('behavior: MODEXP with %s (EIP-7823)', async (_, fork, data, succeeded) => {
    expect((await run(fork, 5, data, 100_000_000))?.succeeded).toBe(succeeded);
  });

  test.each<[string, number, number]>([
    ['a point off bn256', 0x06, 64],
    ['BLAKE2F with another length', 0x09, 212],
    ['BLAKE2F with another flag', 0x09, 213],
    ['a BLS sum of another length', 0x0b, 255],
    ['an MSM of nothing', 0x0c, 0],
    ['a BLS pairing of nothing', 0x0f, 0],
    ['a KZG proof of another length', 0x0a, 191],
  ])('error: %s', async (_, at, length) => {
    const ended = await run('karst', at, new Uint8Array(length).fill(2), 100_000);
    expect(ended).toMatchObject({ succeeded: false, gasUsed: 100_000 });
  });

  test.each<[EvmFork, number]>([
    ['bedrock', 9],
    ['canyon', 9],
    ['ecotone', 10],
    ['fjord', 11],
    ['isthmus', 18],
    ['karst', 18],
  ])('behavior: %s has %i', (fork, count) => {
    const map = createPrecompiles(fork, createRuleSet(fork, 901n), createOsakaCommon(901n));
    expect(map.size).toBe(count);
  });
});
