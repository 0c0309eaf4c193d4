import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../../src/base/bytes.ts';
import { keccak256Hex, sha256 } from '../../../src/base/hash.ts';
import { decodeDepositTx } from '../../../src/protocol/deposit.ts';
import type { Fork } from '../../../src/protocol/forks.ts';
import type { RollupConfig } from '../../../src/protocol/rollupConfig.ts';
import { KARST_BUNDLE } from '../../../src/protocol/upgradeTxs/code/karst.generated.ts';
import { karstDeposits } from '../../../src/protocol/upgradeTxs/karst.ts';
import { unpack } from '../../../src/base/packed.ts';
import { upgradeGas, upgradeTxs } from '../../../src/protocol/upgradeTxs/upgradeTxs.ts';
import { forkAt, forksUpTo, rollupConfig } from '../../support/rollupConfig.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const VECTORS = 'data/derivation-vectors.json';

/** A chain on which `fork` comes at time 1500, right after `before`. */
const chainWith = (before: Fork, fork: Fork): RollupConfig =>
  rollupConfig(before, { forkTimes: forkAt(before, fork, 1500n) });

/** Hash of each transaction. Source: recomputed; equal to the reference encodings of kona. */
const HASHES: readonly (readonly [Fork, Fork, readonly string[]])[] = [
  [
    'delta',
    'ecotone',
    [
      '0x50549bed9a83ba7238893970780b458ed3d543f299d6f69f7a5d0b32d7cd71a7',
      '0xf8e8dd83c100c9eb137fa372cdda2cf854f79b6e8cfc604c5e54d970c05cb6dc',
      '0x9f2b2d34dfa2cb55cceb9860cade0cb03cfbd7ff1dd07d48b4708b29a46b4a24',
      '0xedbfdad1f44ea830b863eac45eca4408398351b30511826012882059625963d2',
      '0x91f762393442ac507c6852211b62445d82c9b58bae34726ecef2f10b4156f027',
      '0x5b7915f2a55ce67519e6d8f65248918f4e62f545706af2bf02549bb9782c03f3',
    ],
  ],
  [
    'ecotone',
    'fjord',
    [
      '0xaafd55b14e021a2c04628606e42dbe58cc9c86b6ed695a8b9ccf258e28963e5e',
      '0x2f63bbe08a66796dde569281a58a53e0b0f64b7aa067297e9c70455fb8e375bc',
      '0x7cedc4f1c428928cdfb9b340bda3060102c71ad23f982678471b222ba8a756e1',
    ],
  ],
  [
    'holocene',
    'isthmus',
    [
      '0x4557f1142fedd52d571b070a290aa8683a03f7aac7929967858af7aab48cd4cc',
      '0x9412bd3fa72eb1dbec94fd2297d44a8b86cb1f55966324e6cc7d57decc92c1f6',
      '0xa9e6286eadd53ecf7bb2bff668c4fcb62305a8b3e4b584c30f7d4f90046ee75e',
      '0xe992e00998b34075506d2726a274db07a62af6cdd9d527bfda9128114603cfbd',
      '0xb6560306ccb0e772b132a8a6dd78244c0d7ac270c80baba40f95006184926c30',
      '0xf162acc8ebbaf9237755736b62331a4817fe27bbbe3712f473ecfa8fee499f7c',
      '0xbf2fef09f73279373fce8acd2968ca4fd1d10ba88bf10993b6a69c33d913f01b',
      '0xf3ddde30514a8d00b0b92f14b9ce6b3170ea30f5f45b1afdc0905801134ffefe',
    ],
  ],
  [
    'isthmus',
    'jovian',
    [
      '0x0bad46dcef609affe3d306a9ce6239a1f3ec59673943a4c533eb20459950f542',
      '0xcd60191626fa3124e7031235c52f0adf6be545ebbd7cf55641bd9dabcbedaf6a',
      '0x675febfc848d9b30f27dce1aabb6572d1de80c9eaa75773ac2106eeea7ff3aff',
      '0xc7c01d75d0b6950fcd30b448cba848e9841ab9ebb6b46eed9ecde4ba05ad0fd9',
      '0x159d785e90a42f3b9a4d3b9fd4ab69e7c0edec3122cb2e767f3a66aba8f3e664',
    ],
  ],
];

describe('upgradeTxs', () => {
  test.each(HASHES)('default: %s to %s', (before, fork, hashes) => {
    expect(upgradeTxs(chainWith(before, fork), 1500n).map(keccak256Hex)).toEqual(hashes);
  });

  test('default: jovian to karst', () => {
    const txs = upgradeTxs(chainWith('jovian', 'karst'), 1500n);
    expect(txs.length).toBe(31);
    const joined = concatBytes(...txs);
    expect(joined.length).toBe(162_477);
    expect(keccak256Hex(joined)).toBe(
      '0x2f47d1bd06afb3ebf55140cc3e21eb064ede47f4c1c0f4be80469a4ed5c325cb',
    );
    expect(keccak256Hex(txs[0] as Uint8Array)).toBe(
      '0x7582a14ccf99987782cdf0a40ecb81fc7230cf18e4603354e225fc14fe4859d9',
    );
    expect(keccak256Hex(txs[30] as Uint8Array)).toBe(
      '0xd2e9eb2ba77098610e7dda134e70f741f7456f4ec49912d667860c40988dfd8e',
    );
  });

  test.each([
    ['ecotone', 1_805_000n],
    ['fjord', 1_590_000n],
    ['isthmus', 3_040_000n],
    ['jovian', 2_388_029n],
    ['karst', 55_370_657n],
  ] as const)('behavior: gas of all %s transactions', (fork, expected) => {
    const before = {
      ecotone: 'delta',
      fjord: 'ecotone',
      isthmus: 'holocene',
      jovian: 'isthmus',
      karst: 'jovian',
    } as const;
    const txs = upgradeTxs(chainWith(before[fork], fork), 1500n).map(decodeDepositTx);
    expect(txs.reduce((sum, { gas }) => sum + gas, 0n)).toBe(expected);
    for (const tx of txs) expect(tx).toMatchObject({ mint: 0n, value: 0n, isSystemTx: false });
  });

  test('behavior: only in the activation block', () => {
    const config = chainWith('delta', 'ecotone');
    expect([1498n, 1500n, 1502n].map((time) => upgradeTxs(config, time).length)).toEqual([0, 6, 0]);
    expect(upgradeTxs(rollupConfig('karst'), 1002n)).toEqual([]);
  });

  test('behavior: the other forks insert nothing', () => {
    for (const fork of ['regolith', 'canyon', 'delta', 'granite', 'holocene'] as const) {
      const forkTimes = { ...forksUpTo('bedrock'), [fork]: 1500n };
      expect(upgradeTxs(rollupConfig('bedrock', { forkTimes }), 1500n), fork).toEqual([]);
    }
  });

  test('behavior: forks at one time come in fork order', () => {
    const forkTimes = { ...forksUpTo('isthmus'), jovian: 1500n, karst: 1500n };
    const txs = upgradeTxs(rollupConfig('isthmus', { forkTimes }), 1500n);
    const jovian = upgradeTxs(chainWith('isthmus', 'jovian'), 1500n);
    const karst = upgradeTxs(chainWith('jovian', 'karst'), 1500n);
    expect(txs).toEqual([...jovian, ...karst]);
  });
});

describe('upgradeGas', () => {
  test('default: Karst adds its bundle’s gas, in its activation block only', () => {
    const config = chainWith('jovian', 'karst');
    expect([1498n, 1500n, 1502n].map((time) => upgradeGas(config, time))).toEqual([
      0n,
      55_370_657n,
      0n,
    ]);
    expect(upgradeGas(rollupConfig('karst'), 1002n)).toBe(0n);
  });

  test('behavior: earlier upgrades add nothing', () => {
    for (const [before, fork] of HASHES) {
      expect(upgradeGas(chainWith(before, fork), 1500n), fork).toBe(0n);
    }
  });
});

test('KARST_BUNDLE is the published file, byte for byte', () => {
  const bundle = unpack(KARST_BUNDLE);
  expect(bundle.length).toBe(326_789);
  // Source: op-core/nuts/fork_lock.toml of op-node v1.19.
  expect(bytesToHex(sha256(bundle))).toBe(
    '0x08f5df36f7ff29a9421ab84beebe96684a7455df9a5d234a2468613a4008ad91',
  );
});

describe.skipIf(lacksShared(VECTORS))('derivation vectors: upgrades', () => {
  test('Karst: every intent, source hash and transaction hash', () => {
    const { karst } = JSON.parse(readFileSync(sharedPath(VECTORS), 'utf8')) as {
      readonly karst: readonly {
        readonly intent: string;
        readonly sourceHash: string;
        readonly txHash: string;
        readonly gas: number;
      }[];
    };
    const txs = upgradeTxs(chainWith('jovian', 'karst'), 1500n);
    const found = karstDeposits().map(({ intent, gas }, i) => {
      const tx = txs[i] as Uint8Array;
      const { sourceHash } = decodeDepositTx(tx);
      return { intent, sourceHash, txHash: keccak256Hex(tx), gas: Number(gas) };
    });
    expect(found).toEqual(karst);
  });
});
