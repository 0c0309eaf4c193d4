import { hexToBytes } from '../../src/base/bytes.ts';

/** The chain of the known span batch. */
export const SPAN_CONTEXT = { l2Time: 1686068903n, blockTime: 2n, l2ChainId: 10n } as const;

/**
 * One protected legacy transaction, one of type 2, one unprotected creation, one of type 4. Values
 * of signatures are dummies. Source: protocol/derivation-2-vectors.md 12.9.
 */
export const SPAN_TXS: readonly Uint8Array[] = [
  hexToBytes(
    '0xf86207830f424082520894aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa058038a0a1a1a1a1a1a1a1a1' +
      'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a0a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2' +
      'a2a2a2a2a2a2a2a2a2a2a2a2a2',
  ),
  hexToBytes(
    '0x02f8660a08020382c35094bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb8084deadbeefc080a0b1b1b1' +
      'b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1a0b2b2b2b2b2b2b2b2b2b2b2b2b2b2' +
      'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2',
  ),
  hexToBytes(
    '0xf84e8001830186a080808260011ca0c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1' +
      'c1c1c1c1a0c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2',
  ),
  hexToBytes(
    '0x04f8c30a82012c02038301117094dddddddddddddddddddddddddddddddddddddddd8080c0f85cf85a0a94' +
      'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee0101a0e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1' +
      'e1e1e1e1e1e1e1e1e1e1e1a0e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2' +
      '01a0d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1a0d2d2d2d2d2d2d2d2d2' +
      'd2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2',
  ),
];

/** A span batch without type byte, of three blocks with 2, 0 and 2 of the transactions above. */
export const SPAN_BYTES: Uint8Array = hexToBytes(
  '0x64e90711111111111111111111111111111111111111112222222222222222222222222222222222222222' +
    '0304020002040da1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2a2' +
    'a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1' +
    'b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2' +
    'b2b2b2c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c2c2c2c2c2c2c2c2c2' +
    'c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1' +
    'd1d1d1d1d1d1d1d1d1d1d1d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2aa' +
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbdddddddddd' +
    'ddddddddddddddddddddddddddddddc605830f42408002c980020384deadbeefc0c5800182600104f8638002' +
    '0380c0f85cf85a0a94eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee0101a0e1e1e1e1e1e1e1e1e1e1e1e1' +
    'e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1a0e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2' +
    'e2e2e2e2e2e2e2e2e2070800ac0288a401d08603a08d06f0a20401',
);
