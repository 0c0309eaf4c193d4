import { describe, expect, test } from 'vitest';
import { bytesEqual, hexToBytes, type Hash, type Hex } from '../../src/base/bytes.ts';
import { viewOf } from '../../src/cli/differential/corpusCase.ts';
import { openRecording, type Recording } from '../../src/cli/recording/recording.ts';
import {
  type DeriveEvent,
  deriveChain,
  type L1View,
  nullBlock,
  type SyncEngine,
} from '../../src/derive/index.ts';
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

  test.each([
    { through: ['main', 'shallow'], safe: 21 },
    { through: ['main', 'deep'], safe: 8 },
    { through: ['shallow', 'deep'], safe: 8 },
    { through: ['deep', 'shallow', 'main'], safe: 21 },
  ])(
    'devnet-fjord-reorg: through $through to the safe head that op-node has',
    ({ through, safe }) => {
      const { recording, lines } = readChain('devnet-fjord');
      const forks = through.map((fork) => reorgedL1(recording, fork));
      const last = forks.at(-1) as readonly L1Block[];
      // Each fork but the last is seen as far as a block below the next one's end.
      const seen = forks.map((l1, i) => l1.slice(0, l1.length - forks.length + 1 + i));
      const followed = deriveReorgs(recording, seen, lines);
      expect(followed).toEqual({
        resets: through.length - 1,
        chain: lines.slice(0, safe + 1).map(({ block }) => block.hash),
      });
      expect(deriveReorgs(recording, [last], lines).chain).toEqual(followed.chain);
    },
  );
});

/** The recorded L1, or the fork of it that follows its beginning. */
function reorgedL1(recording: Recording, fork: string): readonly L1Block[] {
  const main = factsOf(recording, 'devnet-fjord-reorg/main');
  if (fork === 'main') return main;
  const forked = factsOf(recording, `devnet-fjord-reorg/${fork}`);
  const begin = (forked[0] as L1Block).ref;
  const kept = main.filter(({ ref }) => ref.number < begin.number);
  expect(kept.at(-1)?.ref.hash, `parent of ${fork}`).toBe(begin.parentHash);
  return [...kept, ...forked];
}

/**
 * The safe chain at the end, when each L1 takes the place of the one before where that one ends.
 * The engine makes the recorded block of recorded attributes, and some other block of others.
 */
function deriveReorgs(
  { rollup, l1Chain }: Recording,
  forks: readonly (readonly L1Block[])[],
  lines: readonly Line[],
): { readonly chain: readonly Hash[]; readonly resets: number } {
  let [view, ...later] = forks.map(viewOf) as [L1View, ...L1View[]];
  const l1: L1View = {
    byNumber: (number) => view.byNumber(number),
    byHash: (hash) => view.byHash(hash),
  };
  const engine: SyncEngine = (parent, attributes) => {
    const line = lines[Number(parent.number) + 1];
    return line !== undefined &&
      line.block.parentHash === parent.hash &&
      isSame(line.attributes, attributes)
      ? toL2Block(line)
      : nullBlock(rollup, parent, attributes);
  };
  const genesis = genesisOf({ rollup, l1Chain });
  const blocks = new Map<Hash, L2Block>([[genesis.hash, genesis]]);
  let resets = 0;
  for (const event of deriveChain({ rollup, l1Chain }, l1, engine, [genesis])) {
    if (event.type === 'block' && event.block !== undefined) {
      blocks.set(event.block.hash, event.block);
    }
    if (event.type !== 'step') continue;
    if (event.step.type === 'reset') resets += 1;
    if (event.step.type !== 'needL1Block') continue;
    const [next, ...rest] = later;
    if (next !== undefined) {
      view = next;
      later = rest;
      continue;
    }
    const chain: Hash[] = [];
    for (let at = blocks.get(event.safe.hash); at; at = blocks.get(at.parentHash)) {
      chain.unshift(at.hash);
    }
    return { chain, resets };
  }
  throw new RangeError('derivation ended');
}

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
