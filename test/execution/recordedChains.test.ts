import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { type ExecutionEngine, openEngine } from '../../src/execution/engine.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { fromAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import { type RecordedL2Block, readSharedJson, readSharedLines } from '../support/recordings.ts';
import { lacksShared } from '../support/shared.ts';

const CHAINS = ['devnet-fjord', 'every-fork-a', 'every-fork-c'];

describe.skipIf(lacksShared('data/chains')).each(CHAINS)('recorded chain %s', (name) => {
  test('behavior: every block, receipt and output root is as recorded', {
    timeout: 120_000,
  }, async () => {
    const engine = await openEngine(
      parseGenesisJson(readSharedJson(`data/chains/${name}/genesis.json.gz`)),
      memoryKeyValueStore(),
    );
    const lines = readSharedLines<RecordedL2Block>(`data/chains/${name}/l2.ndjson.gz`);
    expect(engine.genesis.hash).toBe(lines[0]?.block.hash);
    for (const line of lines.slice(1)) await replay(engine, line);
    expect(engine.heads().head).toBe(lines.at(-1)?.block.hash);
    await engine.close();
  });
});

async function replay(engine: ExecutionEngine, line: RecordedL2Block): Promise<void> {
  const where = `block ${Number(line.block.number)}`;
  const { head } = engine.heads();
  for (const { attributes, error } of line.rejected ?? []) {
    const outcome = await engine.build(head, fromAttributesJson(attributes));
    expect(outcome.type, `${where}: ${error}`).toBe('invalid');
  }
  const outcome = await engine.build(head, fromAttributesJson(line.attributes));
  if (outcome.type !== 'sealed') throw new Error(`${where}: ${JSON.stringify(outcome)}`);
  const { hash, results } = outcome.block;
  // The hash covers state, transactions, receipts and every header field.
  expect(hash, where).toBe(line.block.hash);
  expect(engine.outputRoot(hash), where).toBe(line.outputRoot);
  for (const [i, receipt] of line.receipts.entries()) {
    const result = results[i];
    const at = `${where}, transaction ${i}`;
    expect(result?.gasUsed, at).toBe(BigInt(receipt.gasUsed));
    expect(result?.effectiveGasPrice, at).toBe(BigInt(receipt.effectiveGasPrice));
    expect(result?.depositNonce, at).toBe(optional(receipt.depositNonce));
    if (receipt.l1Fee !== undefined) expect(result?.l1Fee, at).toBe(BigInt(receipt.l1Fee));
    if (receipt.l1GasUsed !== undefined) {
      expect(result?.l1GasUsed, at).toBe(BigInt(receipt.l1GasUsed));
    }
    if (receipt.blobGasUsed !== undefined) {
      expect(result?.daFootprint, at).toBe(BigInt(receipt.blobGasUsed));
    }
    expect(result?.contractAddress ?? null, at).toBe(
      receipt.contractAddress?.toLowerCase() ?? null,
    );
  }
  const forkchoice = { head: hash, safe: hash, finalized: ZERO_HASH };
  expect((await engine.setForkchoice(forkchoice)).type, where).toBe('updated');
}

function optional(value: string | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
