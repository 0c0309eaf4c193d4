import { describe, expect, test } from 'vitest';
import { bigintToBytes, type Hash, hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { buildBlock } from '../../src/execution/buildBlock.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import { executeRecorded } from '../../src/execution/executeRecorded.ts';
import { applyGenesis, type Genesis } from '../../src/execution/genesis.ts';
import { storeNewNodes } from '../../src/execution/state/trie.ts';
import { openState } from '../../src/execution/state/worldState.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import { encodeHeader, type Header, headerHash } from '../../src/protocol/header.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

const ASKER = `0x${'a5'.repeat(20)}` as const;

/** Slot 0 becomes the hash of the block that calldata names: PUSH0 CALLDATALOAD BLOCKHASH … */
const CODE = hexToBytes('0x5f35405f5500');

const evm = createInterpreter(901n);
const GENESIS: Genesis = {
  ...smallGenesis(),
  alloc: new Map([[ASKER, { nonce: 1n, balance: 0n, code: CODE, storage: new Map() }]]),
};
const { config } = GENESIS;
const TX = {
  sourceHash: ZERO_HASH,
  from: `0x${'11'.repeat(20)}`,
  to: ASKER,
  mint: 0n,
  value: 0n,
  gas: 100_000n,
  isSystemTx: false,
} as const;

/** Headers of blocks 0 to 9, the state of one contract, and block 10, which asks for a hash. */
async function scene(asked: number) {
  const preimages = new Map<Hash, Uint8Array>([[keccak256Hex(CODE), CODE]]);
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const { header } = applyGenesis(GENESIS, state);
  storeNewNodes(state.trie.root, ({ encoded }) => {
    preimages.set(keccak256Hex(encoded), encoded);
  });
  const headers: Header[] = [];
  const hashes: Hash[] = [ZERO_HASH];
  for (let number = 0n; number < 10n; number++) {
    const next = { ...header, number, parentHash: hashes[0] as Hash };
    headers.unshift(next);
    hashes.unshift(headerHash(next));
  }
  const parent = { hash: hashes[0] as Hash, header: headers[0] as Header };
  const transactions = [encodeDepositTx({ ...TX, data: bigintToBytes(BigInt(asked), 32) })];
  const attributes = { ...smallAttributes(10n), transactions };
  const ancestor = (number: bigint) => hashes[9 - Number(number)];
  const built = await buildBlock({ config, evm }, parent, attributes, state, ancestor);
  if (built.type === 'invalid') throw new Error(built.reason);
  const { hash } = built.block;
  const expected = { hash, header: undefined };
  const recorded = { config, parent, attributes, expected, recording: undefined };
  return {
    headers,
    run: (more: readonly Header[]) => {
      const all = new Map(preimages);
      for (const known of more) all.set(headerHash(known), encodeHeader(known));
      return executeRecorded({ config, evm }, recorded, all, () => undefined);
    },
  };
}

describe('executeRecorded', () => {
  test.each([9, 8])('behavior: the hash of block %i is known without its header', async (asked) => {
    expect(await (await scene(asked)).run([])).toMatchObject({ type: 'equal' });
  });

  test('behavior: older hashes come from headers in the witness', async () => {
    const { headers, run } = await scene(5);
    expect(await run(headers.slice(1, 4))).toMatchObject({ type: 'equal' });
    const outcome = await run(headers.slice(1, 3));
    expect(outcome.type === 'different' && outcome.difference).toMatch('BLOCKHASH of 5');
  });
});
