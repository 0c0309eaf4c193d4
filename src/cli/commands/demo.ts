import type { Command } from '@commander-js/extra-typings';
import { buildDemoChain, type DemoChain } from '../../devnet/demo/demoChain.ts';
import { openEngine } from '../../execution/engine.ts';
import { memoryKeyValueStore } from '../../execution/store/keyValueStore.ts';
import type { BlockRecord } from '../../execution/store/records.ts';
import { installNative } from '../../native/install.ts';
import { newestFork } from '../../protocol/forks.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import { CliExit, EXIT_FAILED } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { toThousands } from '../progress.ts';
import { replayL1Block, startReplay } from '../replay/replayChain.ts';

/** Adds `headwater demo`: a chain through every fork, built, derived and executed in memory. */
export function registerDemo(program: Command, io: CliIo): void {
  program
    .command('demo')
    .description(
      'Builds a small rollup in memory: an L1 with deposits, config updates and every form of ' +
        'batch, and a sequencer whose chain goes through every fork. Then forgets the L2, ' +
        'derives it again from the L1 alone, executes it from genesis and compares. Needs no ' +
        'network. ' +
        'Exits with 0 when every block is equal, else 1.',
    )
    .action(() => runDemo(io));
}

/** Runs the demo. @throws CliExit when what was derived differs. */
export async function runDemo(io: CliIo): Promise<void> {
  await installNative();
  const say = (line: string) => io.stdout.write(`${line}\n`);
  say('headwater demo: a rollup through every fork, in memory\n');
  say('1. A model L1, a sequencer and a batcher make a chain …');
  const startedAt = performance.now();
  const chain = await buildDemoChain();
  tellChain(chain, say, (performance.now() - startedAt) / 1000);
  say('\n2. A verifier sees the L1 alone, derives the L2 and executes it from genesis …');
  const equal = await verify(chain, say);
  if (!equal) throw new CliExit(EXIT_FAILED);
  say(WHAT_NEXT);
}

function tellChain(chain: DemoChain, say: (line: string) => void, seconds: number): void {
  const { l1, l2, channels, deposits, configUpdates } = chain;
  const transactions = l2.reduce((sum, block) => sum + block.transactions.length, 0);
  say(
    `   L1: ${l1.length} blocks with ${deposits} deposits, ${configUpdates} config updates and ` +
      `${channels.length} channels`,
  );
  say(
    `   L2: ${l2.length} blocks with ${toThousands(transactions)} transactions, ` +
      `in ${seconds.toFixed(1)} s`,
  );
}

async function verify(chain: DemoChain, say: (line: string) => void): Promise<boolean> {
  const { config, genesis, l1, l2 } = chain;
  const startedAt = performance.now();
  const engine = await openEngine(genesis, memoryKeyValueStore());
  const replay = startReplay(config, engine, l1[0] as L1Block);
  const derived: BlockRecord[] = [];
  let fork = newestFork(config.rollup.forkTimes, config.rollup.genesis.l2Time);
  for (const [index, block] of l1.entries()) {
    const before = derived.length;
    await replayL1Block(replay, index === 0 ? undefined : block, {
      onSafe: (made) => derived.push(made),
    });
    const made = derived.slice(before);
    if (made.length > 0) say(`   ${l1Line(chain, block, made)}`);
    for (const { header } of made) {
      const active = newestFork(config.rollup.forkTimes, header.timestamp);
      if (active !== fork) say(`            ${active} is active from L2 block ${header.number} on`);
      fork = active;
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const different = l2.find((block, index) => derived[index]?.hash !== block.hash);
  const last = derived.at(-1) ?? engine.genesis;
  const root = engine.outputRoot(last.hash);
  await engine.close();
  if (different !== undefined || derived.length !== l2.length) {
    say(
      `\n   different: expected L2 block ${different?.number ?? l2.length} ` +
        `${different?.hash ?? ''}, found ${derived[Number(different?.number ?? 1n) - 1]?.hash ?? 'none'}`,
    );
    return false;
  }
  say(`\n   equal: all ${derived.length} block hashes, in ${seconds.toFixed(1)} s`);
  say(`   safe head   ${last.header.number} ${last.hash}`);
  say(`   output root ${root}`);
  return true;
}

function l1Line({ channels }: DemoChain, block: L1Block, made: readonly BlockRecord[]): string {
  const first = (made[0] as BlockRecord).header.number;
  const last = (made.at(-1) as BlockRecord).header.number;
  const channel = channels.find(({ lastBlock }) => lastBlock === last);
  const gas = made.reduce((sum, { header }) => sum + header.gasUsed, 0n);
  const number = `L1 ${String(block.ref.number).padStart(2)}`;
  if (channel === undefined) return `${number}  L2 ${first} to ${last}`;
  const { batches, compression, data, frames } = channel.form;
  const how = `${batches}, ${compression}, ${data}, ${frames} frame${frames === 1 ? '' : 's'}`;
  return (
    `${number}  channel ${channel.id.slice(0, 10)}… (${how}, ` +
    `${toThousands(channel.compressedBytes)} bytes) -> L2 ${first} to ${last}, ` +
    `${toThousands(gas)} gas`
  );
}

const WHAT_NEXT = `
What next:
  npm run -s headwater -- --help            all commands
  npm run -s headwater -- decode FILE       look inside batcher data
  npm run -s headwater -- replay DIR        derive and execute a recorded chain, and compare
  npm run -s headwater -- explain DIR       see what was read, kept and dropped, and why`;
