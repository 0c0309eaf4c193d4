import { beforeAll, describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/base/bytes.ts';
import { DecodeError } from '../../../src/base/errors.ts';
import { recordedL1Blocks } from '../../../src/cli/recording/l1Facts.ts';
import { readJsonLines } from '../../../src/cli/recording/lines.ts';
import { openRecording, readGenesis } from '../../../src/cli/recording/recording.ts';
import { compareBlock, type ComparedChain } from '../../../src/cli/replay/compareBlock.ts';
import { type MadeBlock, replayL1Block, startReplay } from '../../../src/cli/replay/replayChain.ts';
import { openEngine } from '../../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { createKzg } from '../../../src/native/kzg.ts';
import { encodeHeader } from '../../../src/protocol/header.ts';
import { encodeReceipt } from '../../../src/protocol/receipt.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const DEVNET = 'data/chains/devnet-fjord';
const OTHER = `0x${'11'.repeat(32)}`;

type Json = { [field: string]: unknown };
type Ref = Json & { l1origin: Json };

/** Recorded lines of L2 block 1, with the fields that this recording lacks. */
type Line = {
  block: { [field: string]: unknown; transactions: { value: string }[] };
  receipts: { status: string; depositNonce: string }[];
  raw: string[];
  outputRoot: string;
  l1Origin: { number: number; hash: string };
  derivedFrom: { number: number; hash: string };
  sequenceNumber: number;
  source: string;
  rawHeader: string;
  rawReceipts: string[];
  rawBlock: string;
  ref: Ref;
  output: Json & { blockRef: Ref };
  attributes: { [field: string]: unknown; transactions: string[] };
};

describe.skipIf(lacksShared(DEVNET))('compareBlock', () => {
  let line: Line;
  let made: MadeBlock;
  let chain: ComparedChain;

  const compare = (change: (copy: Line) => void) => {
    const copy = structuredClone(line);
    change(copy);
    return compareBlock(chain, copy, made.block, made);
  };

  beforeAll(async () => {
    const recording = openRecording(sharedPath(DEVNET), () => {});
    const engine = await openEngine(readGenesis(recording), memoryKeyValueStore());
    const { rollup, l1Chain } = recording;
    chain = { rollup, execution: engine.config };
    const kzg = createKzg();
    const safe: MadeBlock[] = [];
    const events = { onSafe: (_: unknown, block: MadeBlock) => void safe.push(block) };
    let replay: ReturnType<typeof startReplay> | undefined;
    for await (const { block } of recordedL1Blocks(recording, kzg)) {
      if (replay === undefined) replay = startReplay({ rollup, l1Chain }, engine, block);
      else await replayL1Block(replay, block, events);
      if (safe.length > 0) break;
    }
    await kzg.close();
    made = safe[0] as MadeBlock;
    for await (const { line: number, json } of readJsonLines(recording.l2File as string)) {
      if (number === 2) line = json as unknown as Line;
    }
    const { parentHash, number, hash } = made.step.derivedFrom;
    expect(parentHash).toMatch(/^0x/);
    line = {
      ...line,
      l1Origin: { number: 9, hash: recording.rollup.genesis.l1.hash },
      derivedFrom: { number: Number(number), hash },
      sequenceNumber: 1,
      source: 'batch',
      rawHeader: bytesToHex(encodeHeader(made.block.header)),
      rawReceipts: made.block.receipts.map((receipt) => bytesToHex(encodeReceipt(receipt))),
      attributes: {
        timestamp: line.block['timestamp'],
        prevRandao: line.block['mixHash'],
        suggestedFeeRecipient: line.block['miner'],
        withdrawals: [],
        parentBeaconBlockRoot: line.block['parentBeaconBlockRoot'],
        transactions: line.raw,
        noTxPool: true,
        gasLimit: line.block['gasLimit'],
      },
    };
  });

  test('default', () => {
    expect(compare(() => undefined)).toBeUndefined();
  });

  test('behavior: what the recording leaves out is not compared', () => {
    const { block, outputRoot } = line;
    expect(compareBlock(chain, { block, outputRoot }, made.block, made)).toBeUndefined();
  });

  // The hash of the recorded block stays right: a field that contradicts it is still told.
  test.each<[string, (copy: Line) => void]>([
    ['transactions.length', (copy) => copy.raw.push('0x')],
    ['transactions[0]', (copy) => (copy.raw[0] += '00')],
    ['receipts.length', (copy) => copy.receipts.pop()],
    ['receipts[0].succeeded', (copy) => ((copy.receipts[0] as { status: string }).status = '0x0')],
    ['header.gasUsed', (copy) => (copy.block['gasUsed'] = '0x1')],
    ['header.stateRoot', (copy) => (copy.block['stateRoot'] = OTHER)],
    ['hash', (copy) => (copy.block['hash'] = OTHER)],
    ['outputRoot', (copy) => (copy.outputRoot = OTHER)],
    [
      'block.transactions[0]',
      ({ block }) => ((block.transactions[0] as { value: string }).value = '0x1'),
    ],
    ['receipts[0].gasUsed', ({ receipts }) => ((receipts[0] as Json)['gasUsed'] = '0x1')],
    ['block.size', ({ block }) => (block['size'] = '0x1')],
    ['rawHeader', (copy) => (copy.rawHeader += '00')],
    ['rawReceipts.length', (copy) => copy.rawReceipts.pop()],
    ['rawReceipts[0]', (copy) => (copy.rawReceipts[0] += '00')],
    ['rawBlock', (copy) => (copy.rawBlock += '00')],
    ['ref.hash', ({ ref }) => (ref['hash'] = OTHER)],
    ['ref.number', ({ ref }) => (ref['number'] = 2)],
    ['ref.parentHash', ({ ref }) => (ref['parentHash'] = OTHER)],
    ['ref.timestamp', ({ ref }) => (ref['timestamp'] = 0)],
    ['ref.sequenceNumber', ({ ref }) => delete ref['sequenceNumber']],
    ['ref.l1origin.number', ({ ref }) => (ref.l1origin['number'] = 8)],
    ['ref.l1origin.hash', ({ ref }) => (ref.l1origin['hash'] = OTHER)],
    ['output.version', ({ output }) => (output['version'] = OTHER)],
    ['output.stateRoot', ({ output }) => (output['stateRoot'] = OTHER)],
    ['output.withdrawalStorageRoot', ({ output }) => (output['withdrawalStorageRoot'] = OTHER)],
    ['output.outputRoot', ({ output }) => (output['outputRoot'] = OTHER)],
    ['output.blockRef.hash', ({ output }) => (output.blockRef['hash'] = OTHER)],
    ['derivedFrom.number', (copy) => (copy.derivedFrom.number += 1)],
    ['derivedFrom.hash', (copy) => (copy.derivedFrom.hash = OTHER)],
    ['l1Origin.number', (copy) => (copy.l1Origin.number += 1)],
    ['sequenceNumber', (copy) => (copy.sequenceNumber += 1)],
    ['source', (copy) => (copy.source = 'forced-empty')],
    ['attributes.transactions.length', ({ attributes }) => (attributes.transactions = [])],
    ['attributes.gasLimit', ({ attributes }) => (attributes['gasLimit'] = '0x1')],
    ['attributes.noTxPool', ({ attributes }) => (attributes['noTxPool'] = false)],
    ['attributes.eip1559Params', ({ attributes }) => (attributes['eip1559Params'] = '0x01')],
  ])('error: %s', (field, change) => {
    expect(compare(change)).toMatchObject({ block: '1', field });
  });

  test.each<[string, (copy: Line) => void]>([
    ['no block', (copy) => (copy.block = null as never)],
    ['raw is no list', (copy) => (copy.raw = {} as never)],
    ['receipts is no list', (copy) => (copy.receipts = 'x' as never)],
    ['a quantity is no hex', (copy) => (copy.block['gasUsed'] = 7)],
    ['ref is no object', (copy) => (copy.ref = 'x' as never)],
    ['output is no object', (copy) => (copy.output = 1 as never)],
    ['attributes is no object', (copy) => (copy.attributes = 3 as never)],
  ])('error: %s', (_, change) => {
    expect(() => compare(change)).toThrow(DecodeError);
  });
});
