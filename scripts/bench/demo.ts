import { replayL1Block, startReplay } from '../../src/cli/replay/replayChain.ts';
import { buildDemoChain } from '../../src/devnet/demo/demoChain.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';

const RUNS = 5;

/** Derives and executes the demo's chain through every fork, by CPU time: needs no data at all. */
export async function benchDemo(): Promise<string> {
  const { config, genesis, l1, l2 } = await buildDemoChain();
  const seconds: number[] = [];
  let gas = 0n;
  for (let run = 0; run < RUNS; run++) {
    const engine = await openEngine(genesis, memoryKeyValueStore());
    const before = process.cpuUsage();
    const replay = startReplay(config, engine, l1[0] as L1Block);
    gas = 0n;
    for (const [index, block] of l1.entries()) {
      await replayL1Block(replay, index === 0 ? undefined : block, {
        onSafe: ({ header }) => {
          gas += header.gasUsed;
        },
      });
    }
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
    await engine.close();
  }
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
  const rate = Math.round(l2.length / median);
  const megagas = (Number(gas) / 1e6 / median).toFixed(1);
  return (
    `replay  demo chain through every fork: ${rate} L2 blocks/s, ${megagas} Mgas/s ` +
    `per CPU second (median of ${RUNS})`
  );
}
