import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hash } from '../../src/base/bytes.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import { isActive } from '../../src/protocol/forks.ts';
import { type AttributesJson, driveBlock } from './engineDriver.ts';
import { spawnEngine } from './engineProcess.ts';
import { type RecordedL2Block, readSharedJson, readSharedLines } from './recordings.ts';
import { callWithToken, type RpcReply } from './servedEngine.ts';
import { sharedPath } from './shared.ts';

/** How often and how long. */
export type KillOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Blocks of the recording that are built; all of them by default. */
  readonly blocks?: number;
  /** Told after each kill how many there have been. */
  readonly onKill?: (killed: number) => void;
};

/** One life of the process. */
export type EngineLife = {
  /** Head that it opened with. */
  readonly opened: number;
  /** Newest head that an earlier one had acknowledged. */
  readonly acknowledged: number;
};

/** What a series of kills came to. `wrong` tells in words what should not have been. */
export type KillReport = {
  readonly lives: readonly EngineLife[];
  readonly wrong: readonly string[];
  /** How often the chain was built from genesis to its end. */
  readonly rounds: number;
};

/** Longest life before a kill, in milliseconds. */
const LONGEST_LIFE_MS = 3_000;

/**
 * Builds a recorded chain through `headwater engine` while the process is killed at random moments,
 * and compares what each life begins with to what the recording has. A finished chain is begun anew
 * until all kills are done; the last one is built to its end.
 *
 * @param folder An empty one, for the data.
 */
export async function killEngine(
  recording: string,
  folder: string,
  { kills, seed, blocks, onKill }: KillOptions,
): Promise<KillReport> {
  const chain = readChain(recording, blocks);
  const secretFile = join(folder, 'secret');
  const secret = new Uint8Array(32).fill(7);
  writeFileSync(secretFile, Buffer.from(secret).toString('hex'));
  const random = randomOf(seed);
  const lives: EngineLife[] = [];
  const wrong: string[] = [];
  let rounds = 0;
  let killed = 0;
  let acknowledged = 0;
  for (;;) {
    const engine = spawnEngine([
      `--genesis=${sharedPath(`data/chains/${recording}/genesis.json.gz`)}`,
      `--datadir=${join(folder, `round-${rounds}`)}`,
      `--authrpc.jwtsecret=${secretFile}`,
    ]);
    const timer = new AbortController();
    // Most die at work, some while they open their data.
    const begin = random() < 0.8 ? engine.port : Promise.resolve(undefined);
    const lifeMs = random() * LONGEST_LIFE_MS;
    if (killed < kills) {
      void begin.then(() => killLater(engine.kill, lifeMs, timer.signal));
    }
    const life = await live(chain, engine.port, secret, acknowledged);
    timer.abort();
    engine.kill('SIGKILL');
    await engine.exited;
    wrong.push(...life.wrong);
    if (life.opened !== undefined) lives.push({ opened: life.opened, acknowledged });
    if (!life.isDone) {
      killed += 1;
      onKill?.(killed);
    }
    acknowledged = life.isDone ? 0 : life.acknowledged;
    if (life.isDone) rounds += 1;
    if (wrong.length > 0 || (life.isDone && killed >= kills)) return { lives, wrong, rounds };
  }
}

type Chain = {
  readonly lines: readonly RecordedL2Block[];
  readonly payloadVersion: (time: bigint) => number;
};

function readChain(recording: string, blocks: number | undefined): Chain {
  const path = `data/chains/${recording}`;
  const lines = readSharedLines<RecordedL2Block>(`${path}/l2.ndjson.gz`);
  const { forkTimes } = parseGenesisJson(readSharedJson(`${path}/genesis.json.gz`)).config;
  const payloadVersion = (time: bigint): number => {
    if (isActive(forkTimes, 'isthmus', time)) return 4;
    return isActive(forkTimes, 'ecotone', time) ? 3 : 2;
  };
  return { lines: blocks === undefined ? lines : lines.slice(0, blocks + 1), payloadVersion };
}

type Life = {
  readonly opened: number | undefined;
  readonly acknowledged: number;
  readonly isDone: boolean;
  readonly wrong: readonly string[];
};

/** Drives the engine from its head to the end of the chain, or until it is gone. */
async function live(
  { lines, payloadVersion }: Chain,
  port: Promise<number | undefined>,
  secret: Uint8Array,
  before: number,
): Promise<Life> {
  const served = await port;
  let acknowledged = before;
  let opened: number | undefined;
  const end = (isDone: boolean, ...wrong: string[]): Life => ({
    opened,
    acknowledged,
    isDone,
    wrong,
  });
  if (served === undefined) return end(false);
  const url = new URL(`http://127.0.0.1:${served}`);
  const call = (method: string, ...params: readonly unknown[]): Promise<RpcReply> =>
    callWithToken(url, method, params, secret);
  try {
    const { result } = await call('eth_getBlockByNumber', 'latest', false);
    const { number, hash } = result as { number: string; hash: Hash };
    opened = Number(number);
    if (hash !== lines[opened]?.block.hash)
      return end(false, `opened with another block ${opened}`);
    if (opened < before) return end(false, `opened at ${opened}, acknowledged was ${before}`);
    acknowledged = opened;
    let head = hash;
    for (const { block, attributes } of lines.slice(opened + 1)) {
      const given = attributes as AttributesJson;
      head = await driveBlock(call, head, given, payloadVersion(BigInt(given.timestamp)));
      const expected = block.hash;
      if (head !== expected) return end(false, `block ${Number(block.number)}: \`${head}\``);
      acknowledged = Number(block.number);
    }
    return end(true);
  } catch (error) {
    // fetch fails with a TypeError when the other side is gone; anything else is a finding.
    if (error instanceof TypeError || error instanceof SyntaxError) return end(false);
    return end(false, error instanceof Error ? error.message : String(error));
  }
}

async function killLater(
  kill: (signal: NodeJS.Signals) => void,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
    kill('SIGKILL');
  } catch {
    // The life ended first.
  }
}

/** Numbers from 0 to 1 that follow from the seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
