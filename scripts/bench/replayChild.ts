import { openRecording } from '../../src/cli/recording/recording.ts';
import { replayRecording } from '../../src/cli/replay/replayRecording.ts';
import { installNative } from '../../src/native/install.ts';
import { cpuStopwatch } from './cpu.ts';
import { type Part, profiled, sharesLine } from './profile.ts';
import type { ReplayFigure } from './replay.ts';

// The process that `replay.ts` starts: `replayChild.ts <recording> plain|profiled`.

/** Where a replay spends the main thread's time; KZG has a thread of its own. */
const PARTS: readonly Part[] = [
  ['state root', /commitState/],
  ['EVM', /execution\/evm\//],
  ['senders', /execution\/transaction|protocol\/signedTx|base\/secp256k1/],
  ['receipts and header', /buildBlock/, /^(seal|toReceipts)$/],
  // What works on tries belongs to whoever asks for it.
  ['the rest of executing', /execution\/(?!state\/trie)/],
  ['proving L1', /sources\//],
  ['derivation', /src\/derive\//],
  ['reading and comparing the recording', /src\/cli\/|src\/protocol\/rpc/],
  ['proving L1', /src\/node\/|src\/native\/kzg/],
];

const [folder = '', mode] = process.argv.slice(2);
await installNative();
const elapsed = cpuStopwatch();
const start = performance.now();
const ignore = (): void => undefined;
const options = { onProgress: ignore, onSlowKzg: ignore };
const replay = () => replayRecording(openRecording(folder, ignore), options);
const { value, shares } =
  mode === 'profiled'
    ? await profiled(PARTS, replay)
    : { value: await replay(), shares: new Map<string, number>() };
if (!value.ok) throw new Error(JSON.stringify(value.firstDifference));
const figure: ReplayFigure = {
  l2Blocks: Number(value.l2Blocks),
  gas: Number(value.gas),
  seconds: (performance.now() - start) / 1000,
  cpuSeconds: elapsed(),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  profile: sharesLine(shares),
};
process.stdout.write(JSON.stringify(figure));
