import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { InvariantError } from '../../base/errors.ts';
import { createInterpreter } from '../../execution/evm/interpreter/createEvm.ts';
import type { Evm } from '../../execution/evm/port.ts';
import { MissingNodeError } from '../../execution/errors.ts';
import {
  executeRecorded,
  type RecordedOutcome,
  type RecordedReceipt,
} from '../../execution/executeRecorded.ts';
import {
  parseRecordedBlock,
  parseWitness,
  type RecordedBlock,
} from '../../execution/recordedBlock.ts';
import { installNative } from '../../native/install.ts';
import { receiptFromRpc } from '../../protocol/rpcReceipt.ts';
import { readOptionalQuantity, readQuantity, toRecord } from '../../protocol/rpcJson.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import { inFile, parseJsonFile, readText } from '../files.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { toThousands } from '../progress.ts';

/** Adds `headwater execute`: runs recorded blocks on their witness and compares. */
export function registerExecute(program: Command, io: CliIo): void {
  program
    .command('execute')
    .description(
      'Executes recorded L2 blocks, each on its witness alone, and compares block hash, ' +
        'receipts and gas. Exits with 0 when all are equal, 1 when one is different, 2 when an ' +
        'input cannot be read, contradicts itself, or a witness lacks what its block reads.',
    )
    .argument('<dir...>', 'folders with fixture.json and witness.ndjson.gz, or folders of such')
    .option('--chains <dir>', 'recorded chains, whose receipts tell which transaction is different')
    .action(async (dirs, { chains }) => {
      await installNative();
      const folders = dirs.flatMap((dir) => fixtureFolders(pathArgument(dir, io)));
      const chainsDir = chains === undefined ? undefined : pathArgument(chains, io);
      const { different, damaged } = await executeAll(folders, chainsDir, io);
      const [first, ...others] = damaged;
      if (first !== undefined) {
        const more = others.length === 0 ? '' : `; and so in ${others.length} more, as told above`;
        throw new UsageError(`${first}${more}`);
      }
      if (different > 0) throw new CliExit(EXIT_FAILED);
    });
}

async function executeAll(
  folders: readonly string[],
  chains: string | undefined,
  io: CliIo,
): Promise<{ readonly different: number; readonly damaged: readonly string[] }> {
  const evms = new Map<bigint, Evm>();
  const damaged: string[] = [];
  let different = 0;
  let equal = 0;
  for (const folder of folders) {
    const recorded = parseJsonFile(join(folder, 'fixture.json'), parseRecordedBlock);
    const { config } = recorded;
    const evm = evms.get(config.chainId) ?? createInterpreter(config.chainId);
    evms.set(config.chainId, evm);
    const witnessFile = witnessIn(folder);
    const witness = inFile(witnessFile, () => parseWitness(readText(witnessFile)));
    const startedAt = performance.now();
    const receipts = (): readonly RecordedReceipt[] | undefined =>
      recordedReceipts(recorded, folder, chains);
    const outcome = await executeRecorded({ config, evm }, recorded, witness, receipts).catch(
      lacking,
    );
    if (outcome.type === 'equal') equal++;
    if (outcome.type === 'different') different++;
    if (outcome.type === 'damaged') damaged.push(`${witnessFile}: ${outcome.reason}`);
    io.stdout.write(
      `${report(basename(folder), recorded, outcome, performance.now() - startedAt)}\n`,
    );
  }
  io.stdout.write(`${equal} of ${folders.length} blocks equal\n`);
  return { different, damaged };
}

/** How a block came out, or that its witness has not what it reads. */
type Outcome = RecordedOutcome | { readonly type: 'damaged'; readonly reason: string };

/** A witness that lacks what the block reads is damaged input; the others are still executed. */
function lacking(error: unknown): Outcome {
  if (!(error instanceof MissingNodeError) && !(error instanceof InvariantError)) throw error;
  return { type: 'damaged', reason: `the block reads what is not in it: ${error.message}` };
}

function witnessIn(folder: string): string {
  const packed = join(folder, 'witness.ndjson.gz');
  const plain = join(folder, 'witness.ndjson');
  return !existsSync(packed) && existsSync(plain) ? plain : packed;
}

function report(
  name: string,
  recorded: RecordedBlock,
  outcome: Outcome,
  durationMs: number,
): string {
  const { expected, parent } = recorded;
  const block = `block ${parent.header.number + 1n}`;
  if (outcome.type === 'equal') {
    const { hash, results, header } = outcome.block;
    const txs = `${results.length} ${results.length === 1 ? 'tx' : 'txs'}`;
    const gas = `${toThousands(header.gasUsed)} gas`;
    const sizes = `${txs}, ${gas}, ${durationMs.toFixed(0)} ms`;
    return `equal      ${name}: ${block} \`${hash}\`, ${sizes}`;
  }
  if (outcome.type === 'damaged') return `damaged    ${name}: ${block}, ${outcome.reason}`;
  const found = outcome.found === undefined ? 'none' : `\`${outcome.found}\``;
  const hashes = `expected \`${expected.hash}\`, found ${found}`;
  return `different  ${name}: ${block}, ${hashes}\n           ${outcome.difference}`;
}

/** The folder itself when it holds a fixture, else those below it, at most two levels down. */
function fixtureFolders(folder: string, depth = 2): readonly string[] {
  if (existsSync(join(folder, 'fixture.json'))) return [folder];
  const below =
    depth === 0 || !statSync(folder).isDirectory() ? [] : readdirSync(folder).toSorted();
  const found = below
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .flatMap((path) => fixtureFolders(path, depth - 1));
  if (found.length === 0 && depth === 2) {
    throw new UsageError(
      `expected a folder with \`fixture.json\` in or below it, found \`${folder}\``,
    );
  }
  return found;
}

/** Receipts of the block in the recorded chain it was taken from, where that chain is at hand. */
function recordedReceipts(
  { recording, expected }: RecordedBlock,
  folder: string,
  chains: string | undefined,
): readonly RecordedReceipt[] | undefined {
  if (recording === undefined) return undefined;
  const file = join(chains ?? resolve(folder, '../../../chains'), recording, 'l2.ndjson.gz');
  if (!existsSync(file)) return undefined;
  const line = readText(file)
    .split('\n')
    .find((text) => text.includes(expected.hash) && text.includes('"receipts"'));
  if (line === undefined) return undefined;
  const { receipts, block } = JSON.parse(line) as { receipts: unknown[]; block: { hash: string } };
  if (block.hash !== expected.hash) return undefined;
  return receipts.map((json) => {
    const fields = toRecord(json, 'receipt');
    const l1Fee = readOptionalQuantity(fields, 'l1Fee');
    return { receipt: receiptFromRpc(json), gasUsed: readQuantity(fields, 'gasUsed'), l1Fee };
  });
}
