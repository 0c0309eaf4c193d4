import { seededRandom } from '../../src/devnet/chaos.ts';
import { type NodeProcess, spawnNode } from './nodeProcess.ts';
import { lastRecordedBlock } from './servedChain.ts';

/** One run of the node, from its start until it was killed or had derived everything. */
export type Run = {
  /** The newest safe head that the runs before had recorded: their last checkpoint. */
  readonly recordedBefore: number;
  /** Safe head that it began with; undefined when it was killed before it had found one. */
  readonly safe: number | undefined;
  /** Numbers of the blocks that it derived, in order. */
  readonly derived: readonly number[];
};

/** What came of it. `wrong` is empty when all is well. */
export type KillReport = { readonly runs: readonly Run[]; readonly wrong: readonly string[] };

/** How often is killed, and when. */
export type KillOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Up to so long after what a kill waits for; 0 in tests that must not depend on time. */
  readonly jitterMs: number;
  /** Told of each run that has ended. */
  readonly onRun?: (run: Run, index: number) => void;
};

/** A kill in so many comes at any time after the start, the others after some derived blocks. */
const EARLY_KILLS = 5;
const LONGEST_START_MS = 2_500;

/**
 * Runs a node on a served recording and kills it again and again, at random moments; the last run
 * goes on to the end of the recording and is stopped.
 */
export async function killAndResume(
  recording: string,
  urls: { readonly l1: string; readonly beacon: string },
  datadir: string,
  options: KillOptions,
): Promise<KillReport> {
  const { kills, jitterMs } = options;
  const last = lastRecordedBlock(recording);
  const end = Number(last.block.number);
  const random = seededRandom(options.seed);
  const runs: Run[] = [];
  const wrong: string[] = [];
  let recorded = 0;
  for (let index = 0; index <= kills; index++) {
    const isLast = index === kills;
    const node = spawnNode(recording, urls, [`--datadir=${datadir}`]);
    const isEarly = jitterMs > 0 && random() * EARLY_KILLS < 1;
    const blocks = isEarly ? end : 1 + random() * ((1.6 * end) / (kills + 1));
    const delayMs = random() * jitterMs;
    if (isEarly && !isLast) setTimeout(() => node.kill('SIGKILL'), random() * LONGEST_START_MS);
    const kill = (): void => {
      if (isLast) node.kill('SIGTERM');
      else if (jitterMs === 0) node.kill('SIGKILL');
      else setTimeout(() => node.kill('SIGKILL'), delayMs);
    };
    const ended = await follow(node, { end, blocks: isLast ? Infinity : blocks, kill });
    const run = { recordedBefore: recorded, safe: ended.safe, derived: ended.derived };
    recorded = Math.max(recorded, ended.recorded);
    runs.push(run);
    options.onRun?.(run, index);
    wrong.push(...problemsOf(run).map((problem) => `run ${index}: ${problem}`));
    const code = await node.exited;
    if (isLast && ended.hash !== last.block.hash) wrong.push(`ended with ${String(ended.hash)}`);
    if (isLast && code !== 0) wrong.push(`exit code ${code}`);
    if (!isLast && code !== undefined) wrong.push(`run ${index} ended with ${code}`);
  }
  return { runs, wrong };
}

/** A run must begin with what was recorded, and derive nothing that was. */
function problemsOf({ recordedBefore, safe, derived }: Run): readonly string[] {
  const problems: string[] = [];
  if (safe !== undefined && safe < recordedBefore) {
    problems.push(`began at ${safe}, recorded was ${recordedBefore}`);
  }
  const again = derived.filter((number) => number <= recordedBefore);
  if (again.length > 0) problems.push(`derived ${again.join(', ')} again`);
  return problems;
}

type Followed = {
  readonly safe: number | undefined;
  readonly derived: readonly number[];
  /** Newest safe head recorded; 0 for none. */
  readonly recorded: number;
  readonly hash: unknown;
};

/** Reads what a node logs, and has it killed after some blocks, or at the end of the chain. */
async function follow(
  node: NodeProcess,
  until: { readonly end: number; readonly blocks: number; readonly kill: () => void },
): Promise<Followed> {
  let safe: number | undefined;
  let recorded = 0;
  let hash: unknown;
  let isDone = false;
  const derived: number[] = [];
  for await (const line of node.lines) {
    if (line.msg === 'heads found') [safe, hash] = [Number(line['safe']), line['safeHash']];
    if (line.msg === 'L2 block derived') derived.push(Number(line['number']));
    if (line.msg === 'safe head recorded') [recorded, hash] = [Number(line['safe']), line['hash']];
    if (isDone) continue;
    isDone = Math.max(recorded, safe ?? 0) === until.end || derived.length >= until.blocks;
    if (isDone) until.kill();
  }
  return { safe, derived, recorded, hash };
}
