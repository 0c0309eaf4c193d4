import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Address,
  bigintToBytes,
  bytesToHex,
  hexToBytes,
  ZERO_HASH,
} from '../../../src/base/bytes.ts';
import { type ExecutionEngine, openEngine } from '../../../src/execution/engine.ts';
import { buildFromPool } from '../../../src/execution/pool/buildFromPool.ts';
import {
  createTxPool,
  type TxPool,
  type TxPoolOptions,
} from '../../../src/execution/pool/txPool.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const [ALICE, BOB, CAROL] = [1n, 2n, 3n].map((key) =>
  privateKeyToAccount(bytesToHex(bigintToBytes(key, 32))),
) as [Account, Account, Account];
type Account = ReturnType<typeof privateKeyToAccount>;

let engine: ExecutionEngine;
let pool: TxPool;

async function start(options: TxPoolOptions = {}): Promise<void> {
  const small = smallGenesis();
  const empty = { code: new Uint8Array(0), storage: new Map<bigint, bigint>() };
  const alloc = new Map(small.alloc);
  for (const { address } of [ALICE, BOB]) {
    alloc.set(lower(address), { nonce: 0n, balance: ETHER, ...empty });
  }
  engine = await openEngine({ ...small, alloc }, memoryKeyValueStore());
  pool = createTxPool(engine, options);
}

afterEach(async () => {
  pool.close();
  await engine.close();
});

type Fields = {
  readonly nonce?: number;
  readonly tip?: bigint;
  readonly fee?: bigint;
  readonly gas?: bigint;
  readonly value?: bigint;
  readonly chainId?: number;
  readonly data?: `0x${string}`;
};

async function signed(from: Account, fields: Fields = {}): Promise<Uint8Array> {
  const { tip = GWEI, fee = 3n * GWEI, gas = 21_000n, value = 1n } = fields;
  return hexToBytes(
    await from.signTransaction({
      type: 'eip1559',
      chainId: fields.chainId ?? 901,
      nonce: fields.nonce ?? 0,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: fee,
      gas,
      value,
      to: `0x${'0e'.repeat(20)}`,
      ...(fields.data === undefined ? {} : { data: fields.data }),
    }),
  );
}

function lower(address: string): Address {
  return address.toLowerCase() as Address;
}

async function refusal(raw: Uint8Array): Promise<string | undefined> {
  const outcome = await pool.add(raw);
  return outcome.type === 'refused' ? outcome.reason : undefined;
}

/** Builds a block on the head from the pool, makes it the head, and gives its pooled part. */
async function sequence(change: object = {}): Promise<readonly Uint8Array[]> {
  const { head } = engine.heads();
  const number = (engine.block(head)?.header.number ?? 0n) + 1n;
  const attributes = { ...smallAttributes(number), noTxPool: false, ...change };
  const outcome = await buildFromPool(engine, pool, head, attributes);
  if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
  await engine.setForkchoice({ head: outcome.block.hash, safe: ZERO_HASH, finalized: ZERO_HASH });
  return outcome.block.transactions.slice(attributes.transactions.length);
}

describe('createTxPool', () => {
  test('behavior: the highest tip first, nonces in order, earlier before later', async () => {
    await start();
    const a0 = await signed(ALICE, { tip: GWEI });
    const a1 = await signed(ALICE, { nonce: 1, tip: 2n * GWEI });
    const b0 = await signed(BOB, { tip: GWEI });
    const b1 = await signed(BOB, { nonce: 1, tip: GWEI / 2n });
    for (const raw of [b1, a0, b0, a1]) expect(await refusal(raw)).toBeUndefined();
    expect(await sequence()).toEqual([a0, a1, b0, b1]);
    await expect.poll(() => pool.size()).toBe(0);
  });

  test('behavior: nothing of it with noTxPool; what does not fit waits', async () => {
    await start();
    const a0 = await signed(ALICE);
    const b0 = await signed(BOB, { tip: 2n * GWEI });
    for (const raw of [a0, b0]) expect(await refusal(raw)).toBeUndefined();
    expect(await sequence({ noTxPool: true })).toEqual([]);
    const { receipts } = engine.block(engine.heads().head) ?? { receipts: [] };
    const forced = receipts.at(-1)?.cumulativeGasUsed ?? 0n;
    expect(await sequence({ gasLimit: forced + 110_000n })).toEqual([b0, a0]);
    const a1 = await signed(ALICE, { nonce: 1 });
    const b1 = await signed(BOB, { nonce: 1, tip: 2n * GWEI, gas: 140_000n });
    for (const raw of [a1, b1]) expect(await refusal(raw)).toBeUndefined();
    expect(await sequence({ gasLimit: forced + 80_000n })).toEqual([a1]);
    expect(await sequence()).toEqual([b1]);
  });

  test('behavior: a gap of nonces waits until it is filled', async () => {
    await start();
    const a1 = await signed(ALICE, { nonce: 1 });
    expect(await refusal(a1)).toBeUndefined();
    const sender = lower(ALICE.address);
    expect(pool.nextNonce(sender, 0n)).toBe(0n);
    expect(await sequence()).toEqual([]);
    const a0 = await signed(ALICE);
    expect(await refusal(a0)).toBeUndefined();
    expect(pool.nextNonce(sender, 0n)).toBe(2n);
    expect(await sequence()).toEqual([a0, a1]);
  });

  test.each<readonly [string, Fields, RegExp]>([
    ['another chain', { chainId: 5 }, /invalid chain id for signer: have 5 want 901/],
    ['no tip', { tip: 0n }, /transaction underpriced/],
    ['too little gas', { gas: 20_999n }, /intrinsic gas too low/],
    ['more gas than a block', { gas: 30_000_001n }, /exceeds block gas limit/],
    ['more value than there is', { value: ETHER }, /insufficient funds/],
    ['too much data', { data: `0x${'00'.repeat(131_073)}` }, /oversized data/],
  ])('error: %s', async (_, fields, reason) => {
    await start();
    expect(await refusal(await signed(ALICE, fields))).toMatch(reason);
    expect(pool.size()).toBe(0);
  });

  test('error: deposits, blobs, noise, a known one, a used nonce, no money', async () => {
    await start();
    const [deposit] = smallAttributes(1n).transactions;
    expect(await refusal(deposit as Uint8Array)).toBe('transaction type not supported');
    expect(await refusal(Uint8Array.of(3, 0xc0))).toBe('transaction type not supported');
    expect(await refusal(Uint8Array.of(0xc0))).toMatch(/fields/);
    expect(await refusal(new Uint8Array(0))).toMatch(/transaction/);
    expect(await refusal(await signed(CAROL))).toMatch(/insufficient funds/);
    const a0 = await signed(ALICE);
    expect(await refusal(a0)).toBeUndefined();
    expect(await refusal(a0)).toBe('already known');
    await sequence();
    expect(await refusal(a0)).toMatch(/nonce too low: next nonce 1, tx nonce 0/);
  });

  test('behavior: money is counted over all that waits', async () => {
    await start();
    const half = (ETHER * 3n) / 5n;
    expect(await refusal(await signed(ALICE, { value: half }))).toBeUndefined();
    expect(await refusal(await signed(ALICE, { nonce: 1, value: half }))).toMatch(/insufficient/);
  });

  test('behavior: a replacement offers a tenth more of both', async () => {
    await start();
    expect(await refusal(await signed(ALICE, { value: 1n }))).toBeUndefined();
    const little = await signed(ALICE, { tip: (GWEI * 11n) / 10n, value: 2n });
    expect(await refusal(little)).toBe('replacement transaction underpriced');
    const more = { tip: (GWEI * 11n) / 10n, fee: (GWEI * 33n) / 10n };
    const enough = await signed(ALICE, { ...more, value: 3n });
    expect(await refusal(enough)).toBeUndefined();
    expect(pool.size()).toBe(1);
    expect(await sequence()).toEqual([enough]);
  });

  test('behavior: limits of a sender and of all; who offers least makes place', async () => {
    await start({ maxTxs: 3, maxTxsPerSender: 2 });
    for (const nonce of [0, 1]) {
      expect(await refusal(await signed(ALICE, { nonce }))).toBeUndefined();
    }
    expect(await refusal(await signed(ALICE, { nonce: 2 }))).toBe('account limit exceeded');
    expect(await refusal(await signed(BOB))).toBeUndefined();
    expect(await refusal(await signed(BOB, { nonce: 1, tip: GWEI / 2n }))).toBe('txpool is full');
    expect(await refusal(await signed(BOB, { nonce: 1, tip: 2n * GWEI }))).toBeUndefined();
    expect(pool.content().get(lower(ALICE.address))).toHaveLength(1);
    expect(pool.size()).toBe(3);
  });

  test('behavior: transactions of a block that went come back', async () => {
    await start();
    const genesis = engine.genesis.hash;
    const a0 = await signed(ALICE);
    expect(await refusal(a0)).toBeUndefined();
    expect(await sequence()).toEqual([a0]);
    await expect.poll(() => pool.size()).toBe(0);
    await engine.setForkchoice({ head: genesis, safe: ZERO_HASH, finalized: ZERO_HASH });
    await expect.poll(() => pool.size()).toBe(1);
    expect(await sequence()).toEqual([a0]);
  });

  test('behavior: limits of what a block may take on L1', async () => {
    await start();
    // Each is estimated at 100 bytes, the least there is, but for the noise.
    const noise = bytesToHex(Uint8Array.from({ length: 600 }, (_, i) => (i * 7919) % 251));
    const long = await signed(ALICE, { data: noise, gas: 60_000n, tip: 2n * GWEI });
    const short = [await signed(BOB), await signed(BOB, { nonce: 1 })];
    for (const raw of [long, ...short]) expect(await refusal(raw)).toBeUndefined();
    pool.setDaLimits({ maxTxBytes: 100n, maxBlockBytes: 150n });
    expect(await sequence()).toEqual([short[0]]);
    pool.setDaLimits({ maxTxBytes: 100n, maxBlockBytes: 0n });
    expect(await sequence()).toEqual([short[1]]);
    pool.setDaLimits({ maxTxBytes: 0n, maxBlockBytes: 0n });
    expect(await sequence()).toEqual([long]);
  });

  test('behavior: the same pool gives the same block', async () => {
    await start();
    for (const nonce of [0, 1, 2]) {
      await pool.add(await signed(ALICE, { nonce, tip: GWEI * BigInt(1 + (nonce % 2)) }));
      await pool.add(await signed(BOB, { nonce, tip: GWEI }));
    }
    const attributes = { ...smallAttributes(1n), noTxPool: false };
    const { hash } = engine.genesis;
    const [one, two] = [
      await buildFromPool(engine, pool, hash, attributes),
      await buildFromPool(engine, pool, hash, attributes),
    ];
    expect(one.type === 'sealed' && two.type === 'sealed' && one.block.hash).toBe(
      two.type === 'sealed' && two.block.hash,
    );
  });
});
