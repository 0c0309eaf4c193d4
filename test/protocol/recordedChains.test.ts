import { describe, expect, test } from 'vitest';
import { bytesToHex, type Hash, hexToBytes } from '../../src/base/bytes.ts';
import { logsBloom } from '../../src/protocol/bloom.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE, encodeDepositTx } from '../../src/protocol/deposit.ts';
import { depositFromLog, isDepositLog } from '../../src/protocol/depositLog.ts';
import { decodeHeader, encodeHeader } from '../../src/protocol/header.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { decodeL1Transaction, l1Sender } from '../../src/protocol/l1Transaction.ts';
import { l1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import { l2BlockRef } from '../../src/protocol/l2BlockRef.ts';
import { outputRoot } from '../../src/protocol/outputRoot.ts';
import { decodeReceipt, encodeReceipt } from '../../src/protocol/receipt.ts';
import { blockFromRpc, l2BlockFromRpc, receiptsFromRpc } from '../../src/protocol/rpcBlock.ts';
import { applyConfigLog, isConfigLog } from '../../src/protocol/systemConfigLogs.ts';
import { isActive } from '../../src/protocol/forks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { upgradeGas, upgradeTxs } from '../../src/protocol/upgradeTxs/upgradeTxs.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { l1BlockFromRpc } from '../../src/sources/verify.ts';
import {
  l1ChainConfigOf,
  l1LinesOf,
  l2LinesOf,
  rollupConfigOf,
} from '../support/recordedChains.ts';
import { lacksShared } from '../support/shared.ts';

const CHAINS = [
  ['every-fork-a', 285, 641],
  ['every-fork-c', 72, 461],
] as const;

/** The config with an origin's valid updates applied. */
function withUpdates(config: RollupConfig, before: SystemConfig, origin: L1Block): SystemConfig {
  let systemConfig = before;
  for (const log of origin.logs) {
    if (!isConfigLog(config, log)) continue;
    try {
      systemConfig = applyConfigLog(config, systemConfig, log, origin.ref.timestamp);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return systemConfig;
}

describe.skipIf(lacksShared('data/chains'))('recorded chains', () => {
  test.each(CHAINS)('%s: L1 headers, transactions, receipts, senders', (chain, count) => {
    const config = rollupConfigOf(chain);
    const lines = l1LinesOf(chain);
    expect(lines.length).toBe(count);
    for (const { block, receipts } of lines) {
      const { header, transactions, hash } = blockFromRpc(block);
      const where = `${chain} L1 block ${header.number}`;
      expect(hash, where).toBe(block.hash);
      expect(decodeHeader(encodeHeader(header)), where).toEqual(header);
      const proven = receiptsFromRpc(receipts, header, transactions.length);
      const bloom = logsBloom(proven.flatMap(({ logs }) => logs));
      expect(bytesToHex(bloom), where).toBe(block.logsBloom);
      for (const receipt of proven) {
        expect(decodeReceipt(encodeReceipt(receipt)), where).toEqual(receipt);
      }
      transactions.forEach((raw, i) => {
        const recorded = block.transactions[i];
        expect(decodeL1Transaction(raw).hash, where).toBe(recorded?.hash);
        expect(l1Sender(raw, config.l1ChainId), where).toBe(recorded?.from);
      });
    }
  });

  test.each(CHAINS)('%s: L2 headers, transactions, receipts, output roots', (chain, _, count) => {
    const config = rollupConfigOf(chain);
    const lines = l2LinesOf(chain);
    expect(lines.length).toBe(count);
    for (const { block, receipts, raw, outputRoot: expected } of lines) {
      const { header, transactions, hash } = blockFromRpc(block);
      const where = `${chain} L2 block ${header.number}`;
      expect(hash, where).toBe(block.hash);
      expect(transactions.map(bytesToHex), where).toEqual(raw);
      receiptsFromRpc(receipts, header, transactions.length);
      for (const tx of transactions.filter(([type]) => type === DEPOSIT_TX_TYPE)) {
        expect(encodeDepositTx(decodeDepositTx(tx)), where).toEqual(tx);
      }
      if (!isActive(config.forkTimes, 'isthmus', header.timestamp)) continue;
      const { stateRoot, withdrawalsRoot } = header;
      const messagePasserStorageRoot = withdrawalsRoot as Hash;
      const found = outputRoot({ stateRoot, messagePasserStorageRoot, blockHash: hash });
      expect(found, where).toBe(expected);
    }
  });

  test.each(CHAINS)('%s: deposits and gas limit of every L2 block, from its parent', (chain) => {
    const config = rollupConfigOf(chain);
    const l1Chain = l1ChainConfigOf(chain);
    const origins = new Map<Hash, L1Block>();
    for (const { block, receipts } of l1LinesOf(chain)) {
      const fact = l1BlockFromRpc({ config }, block, receipts);
      origins.set(fact.ref.hash, fact);
    }
    let parent: SystemConfig | undefined;
    for (const { block, raw, l1Origin, sequenceNumber } of l2LinesOf(chain)) {
      const l2 = l2BlockFromRpc(block);
      const where = `${chain} L2 block ${l2.number}`;
      const ref = l2BlockRef(config, l2);
      expect(ref.l1Origin, where).toEqual({ ...l1Origin, number: BigInt(l1Origin.number) });
      expect(ref.sequenceNumber, where).toBe(BigInt(sequenceNumber));
      const origin = origins.get(ref.l1Origin.hash) as L1Block;
      if (parent !== undefined) {
        const isFirst = ref.sequenceNumber === 0n;
        const systemConfig = isFirst ? withUpdates(config, parent, origin) : parent;
        const depositLogs = origin.logs.filter((log) => isFirst && isDepositLog(config, log));
        const deposits = [
          l1InfoTx(config, l1Chain, {
            systemConfig,
            sequenceNumber: ref.sequenceNumber,
            l1: origin,
            l2Time: l2.timestamp,
          }),
          ...depositLogs.map((log) => encodeDepositTx(depositFromLog(log, origin.ref.hash))),
          ...upgradeTxs(config, l2.timestamp),
        ];
        const recorded = raw.map(hexToBytes).filter(([type]) => type === DEPOSIT_TX_TYPE);
        expect(deposits, where).toEqual(recorded);
        const gasLimit = systemConfig.gasLimit + upgradeGas(config, l2.timestamp);
        expect(gasLimit, where).toBe(l2.gasLimit);
      }
      parent = systemConfigOfL2Block(config, l2);
    }
  });
});
