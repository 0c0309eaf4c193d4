import { describe, expect, test } from 'vitest';
import { type Address, bytesToHex, type Hash, hexToBytes } from '../../src/base/bytes.ts';
import { extraDataOf } from '../../src/execution/baseFee.ts';
import { buildBlock } from '../../src/execution/buildBlock.ts';
import { CREATE2_DEPLOYER } from '../../src/execution/create2Deployer.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import { applyGenesis, type Genesis, type GenesisAccount } from '../../src/execution/genesis.ts';
import {
  accountOf,
  balanceOf,
  openState,
  storageOf,
  storageRootOf,
} from '../../src/execution/state/worldState.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import { FORKS, type Fork } from '../../src/protocol/forks.ts';
import { EMPTY_TRIE_ROOT } from '../../src/protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { MESSAGE_PASSER } from '../../src/protocol/predeploys.ts';
import {
  BEACON_ROOTS,
  BLOCK_HASH_HISTORY,
  SYSTEM_CALLER,
} from '../../src/execution/systemAccounts.ts';
import { configAt } from '../support/executionConfig.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

const evm = createInterpreter(901n);
const ROOT: Hash = `0x${'77'.repeat(32)}`;

/** Stores the word it is called with in slot 0 and the caller in slot 1; without PUSH0. */
const NOTE = hexToBytes('0x600035600055336001550000');

/** Attributes of block 1 as `fork` asks for them. */
function attributesAt(fork: EvmFork): PayloadAttributes {
  const has = (since: Fork): boolean =>
    fork !== 'bedrock' && FORKS.indexOf(fork) >= FORKS.indexOf(since);
  return {
    ...smallAttributes(1n),
    withdrawals: has('canyon') ? [] : undefined,
    parentBeaconBlockRoot: has('ecotone') ? ROOT : undefined,
    eip1559Params: has('holocene') ? '0x0000000000000000' : undefined,
    minBaseFee: has('jovian') ? 5n : undefined,
  };
}

const BEFORE = {
  jovian: 'isthmus',
  karst: 'jovian',
  isthmus: 'holocene',
  canyon: 'regolith',
} as const;

/** A genesis with something at the addresses of system calls. */
function genesisAt(fork: EvmFork, isFirst: boolean): Genesis {
  const noted = { nonce: 1n, balance: 0n, code: NOTE, storage: new Map<bigint, bigint>() };
  const { header, alloc } = smallGenesis();
  const config = configAt(fork);
  const forkTimes = isFirst ? { ...config.forkTimes, [fork]: 1002n } : config.forkTimes;
  const { eip1559Params, minBaseFee } = attributesAt(
    isFirst ? BEFORE[fork as keyof typeof BEFORE] : fork,
  );
  const extra = extraDataOf({ ...config, forkTimes }, header.timestamp, eip1559Params, minBaseFee);
  if (extra.type === 'invalid') throw new Error(extra.reason);
  const { extraData } = extra;
  const all: readonly (readonly [Address, GenesisAccount])[] = [
    ...alloc,
    [BEACON_ROOTS, noted],
    [BLOCK_HASH_HISTORY, noted],
    [MESSAGE_PASSER, { ...noted, storage: new Map([[1n, 1n]]) }],
  ];
  return {
    config: { ...config, forkTimes },
    header: { ...header, extraData },
    alloc: new Map(all),
  };
}

/** Block 1 on a chain with `fork` from genesis on, or from block 1 on where `isFirst`. */
async function build(fork: EvmFork, fields: Partial<PayloadAttributes> = {}, isFirst = false) {
  const genesis = genesisAt(fork, isFirst);
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const parent = applyGenesis(genesis, state);
  const attributes = { ...attributesAt(fork), ...fields };
  const { config } = genesis;
  const outcome = await buildBlock({ config, evm }, parent, attributes, state, () => undefined);
  return { outcome, state, parent };
}

async function sealed(fork: EvmFork, fields: Partial<PayloadAttributes> = {}, isFirst = false) {
  const { outcome, state, parent } = await build(fork, fields, isFirst);
  if (outcome.type === 'invalid') throw new Error(outcome.reason);
  return { ...outcome.block, state, parent };
}

// execution.md 3.1
describe('buildBlock', () => {
  const none = { withdrawalsRoot: undefined, blobGasUsed: undefined, requestsHash: undefined };
  const canyon = { ...none, withdrawalsRoot: EMPTY_TRIE_ROOT };
  const ecotone = { ...canyon, blobGasUsed: 0n, excessBlobGas: 0n, parentBeaconBlockRoot: ROOT };
  test.each<[EvmFork, object, string]>([
    ['bedrock', { ...none, parentBeaconBlockRoot: undefined, excessBlobGas: undefined }, '0x'],
    ['regolith', none, '0x'],
    ['canyon', { ...canyon, excessBlobGas: undefined }, '0x'],
    ['ecotone', ecotone, '0x'],
    ['holocene', ecotone, '0x00000000fa00000006'],
    ['isthmus', { blobGasUsed: 0n }, '0x00000000fa00000006'],
    ['jovian', { blobGasUsed: 0n }, '0x01000000fa000000060000000000000005'],
  ])('default: the header at %s', async (fork, fields, extraData) => {
    const { header } = await sealed(fork);
    expect(header).toMatchObject(fields);
    expect(bytesToHex(header.extraData)).toBe(extraData);
  });

  test('behavior: from Isthmus on the withdrawals root is that of the message passer', async () => {
    const { header, state } = await sealed('isthmus');
    expect(header.withdrawalsRoot).toBe(storageRootOf(state, MESSAGE_PASSER));
    expect(header.withdrawalsRoot).not.toBe(EMPTY_TRIE_ROOT);
    expect(header.requestsHash).toMatch(/^0xe3b0c442/);
  });

  test.each<[EvmFork, bigint | undefined, bigint | undefined]>([
    ['bedrock', undefined, undefined],
    ['regolith', 0n, undefined],
    ['canyon', 0n, 1n],
  ])('behavior: deposit receipts at %s', async (fork, depositNonce, depositReceiptVersion) => {
    const { receipts } = await sealed(fork);
    expect(receipts[0]).toMatchObject({ depositNonce, depositReceiptVersion });
    expect(receipts[1]?.cumulativeGasUsed).toBeGreaterThan(receipts[0]?.cumulativeGasUsed ?? 0n);
  });

  test('behavior: the beacon root from Ecotone on, the parent hash from Isthmus on', async () => {
    for (const [fork, root, hash] of [
      ['canyon', false, false],
      ['ecotone', true, false],
      ['isthmus', true, true],
    ] as const) {
      const { state, parent } = await sealed(fork);
      const caller = (is: boolean) => (is ? BigInt(SYSTEM_CALLER) : 0n);
      expect(storageOf(state, BEACON_ROOTS, 0n), fork).toBe(root ? BigInt(ROOT) : 0n);
      expect(storageOf(state, BEACON_ROOTS, 1n), fork).toBe(caller(root));
      const noted = storageOf(state, BLOCK_HASH_HISTORY, 0n);
      expect(noted, fork).toBe(hash ? BigInt(parent.hash) : 0n);
      expect(storageOf(state, BLOCK_HASH_HISTORY, 1n), fork).toBe(caller(hash));
      expect(accountOf(state, SYSTEM_CALLER), fork).toBeUndefined();
    }
  });

  test('behavior: create2Deployer in the block at the time of Canyon', async () => {
    const { state } = await sealed('canyon', {}, true);
    expect(accountOf(state, CREATE2_DEPLOYER)?.codeHash).toBe(
      '0xb0550b5b431e30d38000efb7107aaa0ade03d48a7198a140edda9d27134468b2',
    );
    const late = await sealed('canyon', { timestamp: 1003n }, true);
    expect(accountOf(late.state, CREATE2_DEPLOYER)).toBeUndefined();
  });

  // The decoder refuses this one, but whether it is asked depends on the fork.
  const USER_TX = Uint8Array.of(3, 0xc0);

  test.each<[EvmFork, string]>([
    ['isthmus', 'undecodable'],
    ['jovian', 'notADeposit'],
    ['karst', 'notADeposit'],
  ])('error: a user transaction in the first block of %s is %s', async (fork, code) => {
    const transactions = [...smallAttributes(1n).transactions, USER_TX];
    const { outcome, state } = await build(fork, { transactions }, true);
    expect(outcome).toMatchObject({ type: 'invalid', code, transaction: { index: 2 } });
    const { from } = decodeDepositTx(transactions[0] as Uint8Array);
    expect(balanceOf(state, from)).toBe(0n);
    expect(storageOf(state, BEACON_ROOTS, 0n)).toBe(0n);
  });

  test('behavior: later blocks of a fork take user transactions', async () => {
    const { outcome } = await build('karst', { transactions: [USER_TX] });
    expect(outcome).toMatchObject({ type: 'invalid', code: 'undecodable' });
  });

  test.each<[string, EvmFork, Partial<PayloadAttributes>]>([
    ['a timestamp like the parent’s', 'ecotone', { timestamp: 1000n }],
    ['parameters before Holocene', 'ecotone', { eip1559Params: '0x0000000000000000' }],
  ])('error: %s', async (_, fork, fields) => {
    const { outcome } = await build(fork, fields);
    expect(outcome).toMatchObject({ type: 'invalid', code: 'attributes' });
  });

  test('behavior: fields that the attributes give', async () => {
    const { header, parent } = await sealed('ecotone', {
      prevRandao: ROOT,
      gasLimit: 12_345_678n,
      suggestedFeeRecipient: `0x${'99'.repeat(20)}`,
    });
    expect(header).toMatchObject({
      number: 1n,
      timestamp: 1002n,
      mixHash: ROOT,
      gasLimit: 12_345_678n,
      beneficiary: `0x${'99'.repeat(20)}`,
      difficulty: 0n,
      nonce: '0x0000000000000000',
      parentHash: parent.hash,
    });
  });
});
