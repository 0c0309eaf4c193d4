import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesToHex } from '../src/base/bytes.ts';
import { encodeJsonExact, type JsonValue } from '../src/base/json.ts';
import type { L1BlockJson } from '../src/cli/differential/caseJson.ts';
import { installNative } from '../src/native/install.ts';
import { FORKS } from '../src/protocol/forks.ts';
import { decodeBlob } from '../src/protocol/blob.ts';
import type { InboxTx, L1Block } from '../src/protocol/l1Block.ts';
import { toRollupConfigJson } from '../src/protocol/rollupConfigJson.ts';
import { post } from '../test/derive/support/l1.ts';
import {
  type PostJson,
  runVector,
  type Vector,
  type VectorFile,
} from '../test/derive/support/vectors.ts';
import { CHANNELS } from './vectors/channels.ts';
import { type Era, ERAS, type Scenario, type Stage, stageOf, V2_ERAS } from './vectors/scenario.ts';
import { SINGULAR } from './vectors/singular.ts';
import { SPAN } from './vectors/span.ts';
import { SPAN_V2 } from './vectors/spanV2.ts';

// Writes specs-vectors: every scenario in every era of its family. What a scenario says by hand
// must come true, or this fails.

/** Key of the one activation time that is no fork's. */
const V2_TIME = 'span_batch_v2_time';

const OUT = join(dirname(fileURLToPath(import.meta.url)), '../specs-vectors');

type Base = Omit<VectorFile, 'vectors'>;
type Unexpected = Omit<Vector, 'expect'>;

await installNative();
const wrong: string[] = [];
for (const [family, eras, scenarios] of [
  ['singular', ERAS, SINGULAR],
  ['span', ERAS, SPAN],
  ['spanV2', V2_ERAS, SPAN_V2],
  ['channels', ERAS, CHANNELS],
] as const) {
  const base = baseOf(family, eras);
  const vectors = eras.flatMap((era) => scenarios.map((scenario) => vectorOf(base, scenario, era)));
  writeFileSync(join(OUT, `${family}.json`), textOf(base, vectors));
  console.log(`${family}: ${vectors.length} vectors`);
}
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** What all vectors of a file share: the oldest chain, and empty L1 blocks. */
function baseOf(family: string, eras: readonly Era[]): Base {
  const { config, l1 } = stageOf(SINGULAR[0] as Scenario, ERAS[0] as Era);
  return {
    format: 1,
    family,
    rollup: withoutTimes(rollupJson(config)),
    l1ChainConfig: { chainId: Number(config.rollup.l1ChainId) },
    eras: Object.fromEntries(eras.map((each) => [each.name, timesJson(each)])),
    l1: l1.map(headerJson),
  };
}

function rollupJson(config: Stage['config']): { readonly [key: string]: JsonValue } {
  return toRollupConfigJson(config.rollup);
}

function vectorOf(base: Base, scenario: Scenario, era: Era): Vector {
  const stage = stageOf(scenario, era);
  const name = `${scenario.name}/${era.name}`;
  const vector: Unexpected = {
    name,
    rule: scenario.rule,
    era: era.name,
    ...changesOf(base.rollup, withoutTimes(rollupJson(stage.config))),
    ...contentOf(stage, scenario),
    ...(scenario.logs === undefined ? {} : { logs: scenario.logs(stage) }),
  };
  const expect = runVector(base, vector);
  const told = scenario.expect(stage);
  const found = { reasons: expect.drops.map(({ reason }) => reason), ...expect.final };
  const recipients = expect.steps.flatMap(({ feeRecipient }) => feeRecipient ?? []);
  const isRight =
    found.reasons.join() === told.reasons.join() &&
    found.safe.number === told.safe &&
    found.outcome === (told.outcome ?? 'idle') &&
    recipients.join() === (told.recipients ?? []).join();
  if (!isRight) {
    const { reasons, safe, outcome = 'idle' } = told;
    wrong.push(
      `${base.family} ${name}: expected ${reasons.join()} ${safe} ${outcome} ` +
        `${told.recipients?.join() ?? ''}, found ${found.reasons.join()} ` +
        `${found.safe.number} ${found.outcome} ${recipients.join()}`,
    );
  }
  return { ...vector, expect };
}

function changesOf(
  base: VectorFile['rollup'],
  own: { readonly [key: string]: JsonValue },
): Pick<Unexpected, 'rollup'> {
  const differs = ([key, value]: readonly [string, JsonValue]) =>
    encodeJsonExact(value) !== encodeJsonExact((base[key] ?? null) as JsonValue);
  const changes = Object.entries(own).filter(differs);
  return changes.length === 0 ? {} : { rollup: Object.fromEntries(changes) };
}

function isTime(key: string): boolean {
  return key === V2_TIME || FORKS.some((fork) => key === `${fork}_time`);
}

function timesJson(era: Era): { readonly [key: string]: number } {
  const times = FORKS.map((fork) => [`${fork}_time`, era.forkTimes[fork]] as const);
  const all = [...times, [V2_TIME, era.spanBatchV2Time] as const];
  return Object.fromEntries(
    all.flatMap(([key, time]) => (time === undefined ? [] : [[key, Number(time)]])),
  );
}

function withoutTimes(json: { readonly [key: string]: JsonValue }) {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !isTime(key)));
}

function contentOf(stage: Stage, scenario: Scenario): Pick<Unexpected, 'transactions' | 'blobs'> {
  let l1 = [...stage.l1];
  for (const [number, items] of Object.entries(scenario.posts(stage))) {
    l1 = post(stage.config, l1, Number(number), ...items);
  }
  const { batcherAddr } = stage.config.rollup.genesis.systemConfig;
  const posted = l1.filter(({ inboxTxs }) => inboxTxs.length > 0);
  const transactions = posted.map(({ ref, inboxTxs }) => [
    String(ref.number),
    inboxTxs.map((tx) => postJson(batcherAddr, tx)),
  ]);
  const blobs = posted
    .flatMap(({ inboxTxs }) => inboxTxs.flatMap((tx) => tx.blobs))
    .map((blob) => ({
      versionedHash: blob.versionedHash,
      payload: bytesToHex(decodeBlob(blob.data as Uint8Array)),
    }));
  const content = { transactions: Object.fromEntries(transactions) as Unexpected['transactions'] };
  return blobs.length === 0 ? content : { ...content, blobs };
}

function postJson(batcher: string, { type, from, input, blobs }: InboxTx): PostJson {
  const hashes = blobs.map(({ versionedHash }) => versionedHash);
  return {
    ...(type === 2 ? {} : { type }),
    ...(from === batcher ? {} : { from: from as string }),
    ...(input.length === 0 ? {} : { input: bytesToHex(input) }),
    ...(hashes.length === 0 ? {} : { blobVersionedHashes: hashes }),
  };
}

function headerJson({ ref, baseFee, mixHash, parentBeaconBlockRoot }: L1Block): L1BlockJson {
  return {
    number: Number(ref.number),
    hash: ref.hash,
    parentHash: ref.parentHash,
    timestamp: Number(ref.timestamp),
    baseFeePerGas: String(baseFee),
    mixHash,
    ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }),
  };
}

/** One line for each vector, so that a change shows as the lines it changes. */
function textOf(base: Base, vectors: readonly Vector[]): string {
  const members = Object.entries(base).map(
    ([key, value]) => `${JSON.stringify(key)}: ${encodeJsonExact(value as JsonValue)}`,
  );
  const lines = vectors.map((vector) => encodeJsonExact(vector as unknown as JsonValue));
  return `{\n${members.join(',\n')},\n"vectors": [\n${lines.join(',\n')}\n]}\n`;
}
