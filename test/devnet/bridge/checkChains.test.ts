import { createPublicClient, custom } from 'viem';
import { describe, expect, test } from 'vitest';
import type { Address, Hex } from '../../../src/base/bytes.ts';
import { ConfigError } from '../../../src/base/errors.ts';
import {
  type BridgeEnds,
  type ChainReader,
  checkChains,
} from '../../../src/devnet/bridge/checkChains.ts';
import { MESSAGE_PASSER } from '../../../src/protocol/predeploys.ts';

const PORTAL: Address = `0x${'ab'.repeat(20)}`;
/** The string "1" as a contract returns it. */
const VERSION: Hex = `0x${'20'.padStart(64, '0')}${'01'.padStart(64, '0')}${'31'.padEnd(64, '0')}`;

/** A chain with code at one address, which answers every call with `VERSION`. */
function chain(id: number, codeAt: Address): ChainReader {
  return createPublicClient({
    transport: custom({
      request: ({ method, params }: { method: string; params: unknown[] }) => {
        const isThere = (address: unknown) => address === codeAt;
        switch (method) {
          case 'eth_chainId':
            return Promise.resolve(`0x${id.toString(16)}`);
          case 'eth_getCode':
            return Promise.resolve(isThere(params[0]) ? '0x60' : '0x');
          case 'eth_call':
            return Promise.resolve(isThere((params[0] as { to: string }).to) ? VERSION : '0x');
          default:
            return Promise.reject(new Error(method));
        }
      },
    }),
  });
}

const ENDS: BridgeEnds = {
  l1: chain(900, PORTAL),
  l2: chain(901, MESSAGE_PASSER),
  portal: PORTAL,
  chainIds: { l1: 900n, l2: 901n },
};

describe('checkChains', () => {
  test('error: a server that does not answer, by its flag', async () => {
    const dead = { ...ENDS.l1, getChainId: () => Promise.reject(new Error('fetch failed')) };
    await expect(checkChains({ ...ENDS, l1: dead })).rejects.toThrow('answers at --l1: is that');
    await expect(checkChains({ ...ENDS, l2: dead })).rejects.toThrow('answers at --l2: is that');
  });

  test('default: both ends of a rollup', async () => {
    await checkChains(ENDS);
    await checkChains({ ...ENDS, chainIds: undefined });
    await checkChains({ ...ENDS, l2: undefined });
  });

  test.each<[string, Partial<BridgeEnds>, string]>([
    ['L1 and L2 exchanged', { l1: ENDS.l2 as ChainReader, l2: ENDS.l1 }, '`l1`: expected'],
    ['another L2', { l2: chain(902, MESSAGE_PASSER) }, '`l2`: expected'],
    ['the same chain twice', { l2: ENDS.l1, chainIds: undefined }, '`l2`: expected'],
    ['an L2 without predeploys', { l2: chain(901, PORTAL) }, 'no message passer'],
    ['a portal without code', { portal: `0x${'11'.repeat(20)}` }, '`portal`: expected'],
  ])('error: %s', async (_, change, message) => {
    const checked = checkChains({ ...ENDS, ...change });
    await expect(checked).rejects.toThrow(ConfigError);
    await expect(checked).rejects.toThrow(message);
  });

  test('error: a server that does not answer is no wrong portal', async () => {
    const l1 = { ...ENDS.l1, readContract: () => Promise.reject(new Error('gone')) };
    await expect(checkChains({ ...ENDS, l1 })).rejects.toThrow('gone');
  });
});
