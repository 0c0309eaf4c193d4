import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installNative } from '../src/native/install.ts';
import { sharedPath } from '../test/support/shared.ts';
import { benchDecode } from './bench/decode.ts';
import { benchDemo } from './bench/demo.ts';
import { benchDerive, deriveLine } from './bench/derive.ts';
import { compiledChild } from './bench/compiled.ts';
import { benchKzgSetup, benchReplay } from './bench/replay.ts';
import { readArguments, refuse } from './arguments.ts';

const HELP = `npm run bench -- [--only PART] [--shared DIR]

One line for each workload whose data is at hand: what was run, the figure, its unit. Time is that
of the processor, so that other work on the machine counts little.

  --only PART   demo, decode, derive, execute or replay; all of them
  --shared DIR  where the corpora are; $HEADWATER_SHARED, or shared beside the project`;

const STRETCHES = ['isthmus-span-brotli-blobs', 'bedrock-singular-zlib-calldata'];
const PARTS = ['demo', 'decode', 'derive', 'execute', 'replay'] as const;

const { values } = readArguments(HELP, {
  options: { only: { type: 'string' }, shared: { type: 'string' } },
});
const { only } = values;
const shared = values.shared ?? sharedPath('.');
if (only !== undefined && !PARTS.some((part) => part === only)) {
  refuse(`--only: expected one of ${PARTS.join(', ')}, found \`${only}\``);
}
const isWanted = (part: (typeof PARTS)[number]): boolean => only === undefined || only === part;

await installNative();
const hasShared = existsSync(join(shared, 'data/chains'));
if (!hasShared) {
  console.log('No shared corpora here: only the demo can be measured (set HEADWATER_SHARED).');
}
if (isWanted('demo')) console.log(await benchDemo());
if (isWanted('decode')) for (const line of benchDecode()) console.log(line);
if (isWanted('derive')) {
  for (const stretch of STRETCHES) {
    const figure = await benchDerive(join(shared, `data/bench/${stretch}.ndjson.gz`));
    if (figure !== undefined) console.log(deriveLine(figure));
  }
}
if (isWanted('execute') && hasShared) {
  const { status } = spawnSync(process.execPath, [compiledChild('executeChild'), shared], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`measuring execution ended with ${status}`);
}
if (isWanted('replay') && hasShared) {
  await benchKzgSetup();
  benchReplay(join(shared, 'data/chains/every-fork-a'));
}
