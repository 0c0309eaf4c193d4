import { spawnNode } from './nodeProcess.ts';
import { lastRecordedBlock } from './servedChain.ts';

/** One start of the node, and what had been recorded before it. */
export type Start = {
  /** Safe head that it began with. */
  readonly safe: number;
  /** The newest safe head that the run before had recorded. */
  readonly recorded: number;
};

/** What came of it. `wrong` is empty when all is well. */
export type KillReport = {
  readonly kills: number;
  readonly starts: readonly Start[];
  readonly wrong: readonly string[];
};

/**
 * Runs a node on a served recording and kills it again and again, at a random number of derived
 * blocks; the last run goes on to the end of the recording and is stopped.
 */
export async function killAndResume(
  recording: string,
  urls: { readonly l1: string; readonly beacon: string },
  datadir: string,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<KillReport> {
  const last = lastRecordedBlock(recording);
  const end = Number(last.block.number);
  const starts: Start[] = [];
  const wrong: string[] = [];
  let random = seed;
  let recorded = 0;
  for (let run = 0; run <= kills; run++) {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const isLast = run === kills;
    const budget = 1 + (random % Math.max(1, Math.ceil((1.6 * end) / (kills + 1))));
    const node = spawnNode(recording, urls, [`--datadir=${datadir}`]);
    // Unknown until the node has found its heads.
    let safe = -1;
    let derived = 0;
    let hash: unknown;
    let isDone = false;
    for await (const line of node.lines) {
      if (line.msg === 'heads found') {
        starts.push({ safe: Number(line['safe']), recorded });
        [safe, hash] = [Number(line['safe']), line['safeHash']];
      }
      if (line.msg === 'safe head recorded') {
        derived += 1;
        [safe, hash] = [Number(line['safe']), line['hash']];
        recorded = safe;
      }
      if (isDone) continue;
      isDone = safe === end || (!isLast && derived >= budget / 2);
      if (isDone) node.kill(isLast ? 'SIGTERM' : 'SIGKILL');
    }
    const code = await node.exited;
    if (isLast && hash !== last.block.hash) wrong.push(`ended at ${safe} ${String(hash)}`);
    if (isLast && code !== 0) wrong.push(`exit code ${code}`);
    if (!isLast && code !== undefined) wrong.push(`run ${run} ended with ${code}`);
  }
  return { kills, starts, wrong };
}
