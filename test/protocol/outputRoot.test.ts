import { describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import { outputRoot } from '../../src/protocol/outputRoot.ts';

const tail = (digits: string): Hash => `0x${digits.padStart(64, '0')}`;
const head = (digits: string): Hash => `0x${digits.padEnd(64, '0')}`;

describe('outputRoot', () => {
  test.each([
    [
      'kona',
      tail('beef'),
      tail('babe'),
      tail('c0de'),
      '0x0c39fb6b07cf6694b13e63e59f7b15255be1c93a4d6d3e0da6c99729647c0d11',
    ],
    [
      'op-node',
      head('010203'),
      head('040506'),
      head('070809'),
      '0xee71f7339a6143212e6df5c2581f5c4ca193245c178176e6a025ab983843f0e6',
    ],
    [
      'OP Sepolia 16491349',
      '0xd49c08c005dec63adf4afa769f9dbf2f743da7b89013a2733b766ab8cea0ad02',
      '0xa24863cd20f2bdef1cd1e464594a7b82794da85abdcfb80da3bba930712f057e',
      '0x9f40c2787db52f33b14e16d63cb26f4fc3a96f9a18693400faaf3e1be5377d36',
      '0x6984e5ae4d025562c8a571949b985692d80e364ddab46d5c8af5b36a20f611d1',
    ],
  ] as const)('default: %s', (_, stateRoot, messagePasserStorageRoot, blockHash, expected) => {
    expect(outputRoot({ stateRoot, messagePasserStorageRoot, blockHash })).toBe(expected);
  });
});
