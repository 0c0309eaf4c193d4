import { BATCH_FORMS, DEFAULT_DEVNET, type DevnetOptions } from '../src/devnet/devnetOptions.ts';
import { runDevnet } from '../src/devnet/runDevnet.ts';
import { installNative } from '../src/native/install.ts';
import { SILENT_LOG } from '../src/transport/log.ts';
import { countArgument, readArguments } from './arguments.ts';

const HELP = `tsx scripts/devnetMatrix.ts [seconds]

Runs a devnet for each form of batches, one through every fork, and one with chaos. Fails when any
of them was not equal.

  seconds  of each; 40`;

const { positionals } = readArguments(HELP, { allowPositionals: true });
const seconds = countArgument('seconds', positionals[0] ?? '40');
const staged: DevnetOptions['schedule'] = {
  atGenesis: 'bedrock',
  until: 'karst',
  upgradeEvery: 3n,
};
const runs: readonly (readonly [string, Partial<DevnetOptions>])[] = [
  ...BATCH_FORMS.map((form): [string, Partial<DevnetOptions>] => [
    Object.values(form).join(' '),
    form,
  ]),
  ['every fork', { schedule: staged }],
  ['chaos', { chaos: { seed: 1 }, verifiers: 2 }],
];

await installNative();
for (const [name, change] of runs) {
  let last = '';
  const isEqual = await runDevnet({
    options: { ...DEFAULT_DEVNET, l1BlockTime: 2, ...change },
    isJson: true,
    durationMs: seconds * 1000,
    log: SILENT_LOG,
    say: (line) => {
      last = line;
    },
    signal: new AbortController().signal,
  });
  console.log(`${isEqual ? 'equal    ' : 'different'} ${name.padEnd(24)} ${last}`);
  if (!isEqual) process.exitCode = 1;
}
