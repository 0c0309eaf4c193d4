import { existsSync } from 'node:fs';
import { installNative } from '../src/native/install.ts';
import { sharedPath } from '../test/support/shared.ts';
import { benchDecode } from './bench/decode.ts';
import { benchDemo } from './bench/demo.ts';
import { benchDerive, deriveLine } from './bench/derive.ts';

// Usage: npm run bench. One line for each workload whose data is at hand: what was run, the figure,
// its unit. Time is that of the processor, so that other work on the machine counts little.

const STRETCHES = ['isthmus-span-brotli-blobs', 'bedrock-singular-zlib-calldata'];

await installNative();
console.log(await benchDemo());
for (const line of benchDecode()) console.log(line);
for (const stretch of STRETCHES) {
  const figure = await benchDerive(sharedPath(`data/bench/${stretch}.ndjson.gz`));
  if (figure !== undefined) console.log(deriveLine(figure));
}
if (existsSync(sharedPath('data/chains'))) await import('./bench/execute.ts');
else console.log('No shared corpora here: only the demo was measured (set HEADWATER_SHARED).');
