import { describe, expect, test } from 'vitest';
import { bytesEqual, hexToBytes, type Hash, type Hex } from '../../src/base/bytes.ts';
import { viewOf } from '../../src/cli/differential/corpusCase.ts';
import { openRecording, type Recording } from '../../src/cli/recording/recording.ts';
import { type DeriveEvent, deriveChain, type SyncEngine } from '../../src/derive/index.ts';
import { fromAttributesJson, toAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { l1BlockFromRpc, l1BlockOf, provenL1Block } from '../../src/sources/verify.ts';
import { genesisOf } from './support/l2.ts';
import { readSharedLines } from '../support/recordings.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

type L1Line = {
  readonly block: unknown;
  readonly receipts: unknown;
  readonly blobs?: readonly { readonly versionedHash: Hash; readonly blob: Hex }[];
};

type Line = {
  readonly block: {
    readonly number: Hex;
    readonly hash: Hash;
    readonly parentHash: Hash;
    readonly timestamp: Hex;
    readonly gasLimit: Hex;
    readonly extraData: Hex;
  };
  readonly raw: readonly Hex[];
  readonly attributes: unknown;
  readonly rejected?: readonly { readonly attributes: unknown }[];
  readonly source?: string;
  readonly derivedFrom?: { readonly number: number; readonly hash: Hash };
  readonly l1Origin?: { readonly number: number; readonly hash: Hash };
  readonly sequenceNumber?: number;
};

const CHAINS = ['devnet-fjord', 'every-fork-a', 'every-fork-c'];

describe.skipIf(lacksShared('data/chains'))('recorded chains', () => {
  test.each(CHAINS)('%s: every attribute is the recorded one', (name) => {
    const { recording, l1, lines } = readChain(name);
    const events = deriveRecorded(recording, l1, lines);
    const built = events.flatMap((event) => (event.type === 'block' ? [event] : []));
    const final = new Map(built.map((event) => [event.block?.number, event]));
    for (const line of lines.slice(1)) {
      const number = BigInt(line.block.number);
      const event = final.get(number);
      const where = `L2 block ${number}`;
      expect(toAttributesJson(event?.step.attributes as PayloadAttributes), where).toEqual(
        toAttributesJson(fromAttributesJson(line.attributes)),
      );
      if (line.derivedFrom === undefined || event === undefined) continue;
      const { step, isReplacement } = event;
      expect(Number(step.derivedFrom.number), where).toBe(line.derivedFrom.number);
      expect(step.derivedFrom.hash, where).toBe(line.derivedFrom.hash);
      expect(step.epoch.hash, where).toBe(line.l1Origin?.hash);
      expect(Number(step.sequenceNumber), where).toBe(line.sequenceNumber);
      expect(sourceOf(isReplacement, step.source.type), where).toBe(line.source);
    }
    expect(final.size).toBe(lines.length - 1);
    const refused = events.filter(({ type }) => type === 'invalid').length;
    expect(refused).toBe(lines.flatMap(({ rejected }) => rejected ?? []).length);
  });

  test('devnet-fjord-reorg: the longer L1 derives the same blocks', () => {
    const { lines } = readChain('devnet-fjord');
    const name = 'devnet-fjord-reorg/main';
    const recording = openRecording(sharedPath(`data/chains/${name}`), () => {});
    const l1 = factsOf(recording, name);
    const known = deriveRecorded(recording, l1, lines, true).flatMap((event) =>
      event.type === 'block' ? [event.block?.hash] : [],
    );
    expect(known.slice(0, lines.length - 1)).toEqual(lines.slice(1).map(({ block }) => block.hash));
  });
});

function sourceOf(isReplacement: boolean, source: 'forced' | 'batch'): string {
  if (isReplacement) return 'deposits-only-replacement';
  return source === 'forced' ? 'forced-empty' : 'batch';
}

function readChain(name: string) {
  const recording = openRecording(sharedPath(`data/chains/${name}`), () => {});
  const lines = readSharedLines<Line>(`data/chains/${name}/l2.ndjson.gz`);
  return { recording, l1: factsOf(recording, name), lines };
}

/** Facts of a recording. Its blobs are taken at their word here: proving them is another test's. */
function factsOf({ rollup }: Recording, name: string): L1Block[] {
  return readSharedLines<L1Line>(`data/chains/${name}/l1.ndjson.gz`).map((line) => {
    const named = (line.blobs ?? []).map((b) => [b.versionedHash, hexToBytes(b.blob)] as const);
    const blobs = new Map<Hash, Uint8Array>(named);
    return line.receipts === null
      ? l1BlockOf(rollup, provenL1Block(line.block), [], blobs)
      : l1BlockFromRpc({ config: rollup }, line.block, line.receipts, blobs);
  });
}

/** Events of a chain whose engine knows the recorded blocks and refusals, and nothing else. */
function deriveRecorded(
  recording: Recording,
  l1: readonly L1Block[],
  lines: readonly Line[],
  stopsAtUnknown = false,
): DeriveEvent[] {
  const { rollup, l1Chain } = recording;
  const events: DeriveEvent[] = [];
  const genesis = { ...genesisOf({ rollup, l1Chain }), gasLimit: 0n };
  let isOver = false;
  const engine: SyncEngine = (parent, attributes) => {
    const line = lines[Number(parent.number) + 1];
    if (line !== undefined && isSame(line.attributes, attributes)) return toL2Block(line);
    const rejected = line?.rejected ?? [];
    if (rejected.some((other) => isSame(other.attributes, attributes))) {
      return { invalid: 'as recorded' };
    }
    if (!stopsAtUnknown)
      throw new RangeError(`unknown attributes of L2 block ${parent.number + 1n}`);
    isOver = true;
    return { invalid: 'not recorded' };
  };
  for (const event of deriveChain({ rollup, l1Chain }, viewOf(l1), engine, [genesis])) {
    events.push(event);
    if (isOver || (event.type === 'step' && event.step.type === 'needL1Block')) break;
  }
  return events;
}

function isSame(json: unknown, attributes: PayloadAttributes): boolean {
  const expected = fromAttributesJson(json);
  const { transactions } = attributes;
  return (
    expected.transactions.length === transactions.length &&
    expected.transactions.every((tx, i) => bytesEqual(tx, transactions[i] as Uint8Array))
  );
}

function toL2Block({ block, raw }: Line): L2Block {
  return {
    number: BigInt(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: BigInt(block.timestamp),
    gasLimit: BigInt(block.gasLimit),
    extraData: hexToBytes(block.extraData),
    transactions: raw.map((tx) => hexToBytes(tx)),
  };
}
