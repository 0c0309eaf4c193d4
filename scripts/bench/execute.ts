import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import { executeRecorded } from '../../src/execution/executeRecorded.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import { parseRecordedBlock, parseWitness } from '../../src/execution/recordedBlock.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { installNative } from '../../src/native/install.ts';
import { fromAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';

// Usage: tsx scripts/bench/execute.ts [shared directory]. Prints one line per workload. Time is
// that of the processor, so that other work on the machine does not count.

const shared = process.argv[2] ?? process.env['HEADWATER_SHARED'] ?? '../shared';

type Line = { readonly attributes?: unknown; readonly block: { readonly hash: string } };

await installNative();
await benchChain('every-fork-a', (all) => all, 'all blocks');
await benchChain('every-fork-c', (all) => all, 'all blocks');
await benchChain('every-fork-a', depositBlocks, 'deposit-only blocks');
await benchRealBlocks();

/** Executes a recorded chain from genesis in memory. */
async function benchChain(
  name: string,
  choose: (attributes: readonly PayloadAttributes[]) => readonly PayloadAttributes[],
  what: string,
): Promise<void> {
  const folder = join(shared, 'data/chains', name);
  const genesis = parseGenesisJson(JSON.parse(readText(join(folder, 'genesis.json.gz'))));
  const engine = await openEngine(genesis, memoryKeyValueStore());
  const lines = readText(join(folder, 'l2.ndjson.gz')).trimEnd().split('\n').slice(1);
  const chain = choose(
    lines.map((line) => fromAttributesJson((JSON.parse(line) as Line).attributes)),
  );
  let gas = 0n;
  const elapsed = stopwatch();
  for (const attributes of chain) {
    const outcome = await engine.build(engine.heads().head, attributes);
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    const { hash: head, header } = outcome.block;
    gas += header.gasUsed;
    await engine.setForkchoice({ head, safe: head, finalized: ZERO_HASH });
  }
  print(`${name}, ${what}`, chain.length, gas, elapsed());
  await engine.close();
}

/** The first 50 blocks with their L1 attributes alone, each twice, one second apart. */
function depositBlocks(all: readonly PayloadAttributes[]): readonly PayloadAttributes[] {
  const first = all[0] as PayloadAttributes;
  const plain = all
    .slice(0, 50)
    .flatMap((attributes) => Array.from({ length: 2 }, () => attributes));
  return plain.map(({ transactions, ...rest }, i) => ({
    ...rest,
    transactions: transactions.slice(0, 1),
    timestamp: first.timestamp + BigInt(i),
  }));
}

async function benchRealBlocks(): Promise<void> {
  const root = join(shared, 'data/execution');
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'every-fork')
    .map((entry) => join(root, entry.name));
  const evms = new Map<bigint, ReturnType<typeof createInterpreter>>();
  for (const pass of ['cold', 'warm']) {
    let gas = 0n;
    let seconds = 0;
    for (const folder of folders) {
      const recorded = parseRecordedBlock(JSON.parse(readText(join(folder, 'fixture.json'))));
      const witness = parseWitness(readText(join(folder, 'witness.ndjson.gz')));
      const { config } = recorded;
      const evm = evms.get(config.chainId) ?? createInterpreter(config.chainId);
      evms.set(config.chainId, evm);
      const elapsed = stopwatch();
      const outcome = await executeRecorded({ config, evm }, recorded, witness, () => undefined);
      if (outcome.type !== 'equal') throw new Error(`${folder}: ${outcome.difference}`);
      gas += outcome.block.header.gasUsed;
      seconds += elapsed();
    }
    print(`real blocks, ${pass}`, folders.length, gas, seconds);
  }
}

function print(what: string, blocks: number, gas: bigint, seconds: number): void {
  const rate = (blocks / seconds).toFixed(1);
  const mgas = Number(gas) / 1e6;
  const memory = (process.memoryUsage().rss / 1e6).toFixed(0);
  process.stdout.write(
    `${what}: ${blocks} blocks in ${seconds.toFixed(2)} s, ${rate} L2 blocks/s, ` +
      `${(mgas / seconds).toFixed(1)} Mgas/s of ${mgas.toFixed(0)}, ${memory} MB\n`,
  );
}

/** Seconds of processor time since the call. */
function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
