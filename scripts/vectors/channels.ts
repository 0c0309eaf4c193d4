import type { DropReason } from '../../src/derive/index.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { encodeFrames, type Frame } from '../../src/protocol/frame.ts';
import { channelId, channelOf, framesOf, singularOf } from '../../test/derive/support/batches.ts';
import { addressOf, blobTx } from '../../test/derive/support/l1.ts';
import { configLog, depositLog, malformedDepositLog } from '../../test/derive/support/logs.ts';
import { INCLUSION, INCLUSION_TIME, logJson, type Scenario, type Stage } from './scenario.ts';

const honest = ({ config, chain }: Stage, ...numbers: readonly number[]) =>
  numbers.map((number) => singularOf(config, chain[number] as L2Block));

/** The channel of blocks 1 to 3, in three frames. */
function frames(stage: Stage, algorithm: 'zlib' | 'brotli-9' = 'zlib'): [Frame, Frame, Frame] {
  const channel = channelOf(stage.config, honest(stage, 1, 2, 3), algorithm);
  return framesOf(channelId(1), channel, 3) as [Frame, Frame, Frame];
}

/** Frames posted one a transaction, in the usual L1 block. */
function order(
  name: string,
  rule: string,
  arrange: (f: [Frame, Frame, Frame]) => readonly Frame[],
  expect: Scenario['expect'],
): Scenario {
  return {
    name,
    rule,
    posts: (stage) => ({ [INCLUSION]: arrange(frames(stage)).map((f) => encodeFrames([f])) }),
    expect,
  };
}

/** Data that is no frames at all, before a good channel. */
function badData(name: string, rule: string, spoil: (data: Uint8Array) => Uint8Array): Scenario {
  return {
    name,
    rule,
    posts: (stage) => {
      const good = encodeFrames(frames(stage));
      return { [INCLUSION]: [spoil(good.slice()), good] };
    },
    expect: () => ({ reasons: ['malformedFrames'], safe: 3 }),
  };
}

const channelData = (name: string, rule: string, spoil: (channel: Uint8Array) => Uint8Array) => ({
  name,
  rule,
  posts: (stage: Stage) => {
    const channel = channelOf(stage.config, honest(stage, 1, 2, 3));
    const bad = framesOf(channelId(1), spoil(channel.slice()));
    const good = framesOf(channelId(2), channel);
    return { [INCLUSION]: [encodeFrames(bad), encodeFrames(good)] };
  },
  expect: () => ({ reasons: ['channelUnreadable' as const], safe: 3 }),
});

const all = { reasons: [], safe: 3 } as const;
const none = (...reasons: readonly DropReason[]) => ({ reasons, safe: 0 });

/** Rules for frames, channels, and what is read of L1, broken once. */
export const CHANNELS: readonly Scenario[] = [
  order(
    'in-order',
    '4.1, 4.3',
    (f) => f,
    () => all,
  ),
  order(
    'reversed',
    '4.1, 4.3',
    ([a, b, c]) => [c, b, a],
    ({ holocene }) => (holocene ? none('frameWithoutChannel', 'frameWithoutChannel') : all),
  ),
  order(
    'first-frame-twice',
    '4.1 rule 2, 4.3',
    ([a, b, c]) => [a, a, b, c],
    ({ holocene }) => ({
      reasons: [holocene ? 'channelReplaced' : 'frameDuplicate'],
      safe: 3,
    }),
  ),
  order(
    'second-frame-twice',
    '4.1 rule 2, 4.3',
    ([a, b, c]) => [a, b, b, c],
    ({ holocene }) => ({
      reasons: [holocene ? 'frameOutOfOrder' : 'frameDuplicate'],
      safe: 3,
    }),
  ),
  order(
    'frame-missing',
    '4.1, 4.3',
    ([a, , c]) => [a, c],
    (stage) => (stage.holocene ? none('frameOutOfOrder') : none(...stillOpen(stage))),
  ),
  order(
    'closed-twice',
    '4.1 rule 1',
    ([a, b, c]) => [b, c, { ...c, frameNumber: 3 }, a],
    ({ holocene }) =>
      holocene
        ? none('frameWithoutChannel', 'frameWithoutChannel', 'frameWithoutChannel')
        : { reasons: ['channelAlreadyClosed'], safe: 3 },
  ),
  order(
    'frame-behind-the-last',
    '4.1 rule 3',
    ([a, b, c]) => [b, c, { ...b, frameNumber: 3 }, a],
    ({ holocene }) =>
      holocene
        ? none('frameWithoutChannel', 'frameWithoutChannel', 'frameWithoutChannel')
        : { reasons: ['frameBeyondEnd'], safe: 3 },
  ),
  {
    name: 'crossing-channels',
    rule: '4.2, 4.3',
    posts: (stage) => {
      const outer = channelOf(stage.config, honest(stage, 2, 3));
      const [a, b] = framesOf(channelId(1), outer, 2) as [Frame, Frame];
      const [inner] = framesOf(channelId(2), channelOf(stage.config, honest(stage, 1)));
      return { [INCLUSION]: [a, inner as Frame, b].map((f) => encodeFrames([f])) };
    },
    expect: ({ holocene }) =>
      holocene ? { reasons: ['channelReplaced', 'frameWithoutChannel'], safe: 1 } : all,
  },
  {
    name: 'pruned-inside-one-transaction',
    rule: '3.2',
    posts: (stage) => {
      const [a, b, c] = frames(stage);
      return { [INCLUSION]: [encodeFrames([a, c, b, c])] };
    },
    // Before Holocene the channel is read as soon as it is whole; the frame behind opens another.
    expect: (stage) => ({
      reasons: stage.holocene ? ['frameOutOfOrder'] : stillOpen(stage),
      safe: 3,
    }),
  },
  badData('unknown-data-version', '2.3', (data) => {
    data[0] = 1;
    return data;
  }),
  badData('truncated-frame', '3.1', (data) => data.slice(0, -1)),
  badData('trailing-byte', '3.1', (data) => Uint8Array.from([...data, 0])),
  badData('is-last-of-two', '3.1', (data) => {
    data[data.length - 1] = 2;
    return data;
  }),
  badData('no-data', '3.1', () => new Uint8Array(0)),
  ...[2, 3].map(
    (blocks): Scenario => ({
      name: blocks === 2 ? 'in-time-by-one-block' : 'timed-out-by-one-block',
      rule: '4.2, 4.3',
      rollup: { channelTimeout: BigInt(blocks === 2 ? 2 : 1) },
      posts: (stage) => {
        const [a, b, c] = frames(stage);
        return { [INCLUSION - 2]: [encodeFrames([a])], [INCLUSION]: [encodeFrames([b, c])] };
      },
      expect: ({ has, holocene }) => {
        if (blocks === 2 || has('granite', INCLUSION_TIME))
          return { reasons: boundary(holocene, has), safe: lostAtHolocene(has) ? 0 : 3 };
        return none('channelTimedOut');
      },
    }),
  ),
  {
    name: 'brotli',
    rule: '5 rule 1',
    posts: (stage) => ({ [INCLUSION]: [encodeFrames(frames(stage, 'brotli-9'))] }),
    expect: ({ has }) => (has('fjord', INCLUSION_TIME) ? all : none('channelUnreadable')),
  },
  channelData('unknown-compression', '5 rule 1', (channel) => {
    channel[0] = 2;
    return channel;
  }),
  channelData('zlib-header-checksum', '5 rule 1', (channel) => {
    channel[1] = (channel[1] as number) ^ 1;
    return channel;
  }),
  channelData('no-channel-data', '5 rule 1', () => new Uint8Array(0)),
  {
    name: 'stream-without-checksum',
    rule: '5 rule 3',
    posts: (stage) => {
      const channel = channelOf(stage.config, honest(stage, 1, 2, 3)).slice(0, -4);
      return { [INCLUSION]: [encodeFrames(framesOf(channelId(1), channel))] };
    },
    expect: () => all,
  },
  {
    name: 'blob',
    rule: '2.2',
    posts: (stage) => ({ [INCLUSION]: [blobTx(encodeFrames(frames(stage)))] }),
    expect: ({ has }) => (has('ecotone', INCLUSION_TIME) ? all : none('malformedFrames')),
  },
  {
    name: 'blob-transaction-with-calldata',
    rule: '2.2',
    posts: (stage) => {
      const data = encodeFrames(frames(stage));
      return { [INCLUSION]: [{ ...blobTx(Uint8Array.of(9)), input: data }] };
    },
    expect: ({ has }) => (has('ecotone', INCLUSION_TIME) ? none('malformedFrames') : all),
  },
  {
    name: 'other-sender',
    rule: '2.2 rule 3',
    posts: (stage) => {
      const input = encodeFrames(frames(stage));
      return { [INCLUSION]: [{ from: addressOf(0xee), input }, input] };
    },
    expect: () => ({ reasons: ['notFromBatcher'], safe: 3 }),
  },
  {
    name: 'set-code-transaction-to-the-inbox',
    rule: '2.2 rule 1',
    posts: (stage) => {
      const input = encodeFrames(frames(stage));
      return { [INCLUSION]: [{ type: 4, input }, input] };
    },
    expect: () => ({ reasons: ['txTypeIgnored'], safe: 3 }),
  },
  {
    name: 'new-batcher-in-the-same-block',
    rule: '2.1',
    posts: (stage) => {
      const input = encodeFrames(frames(stage));
      return { [INCLUSION]: [input, { from: addressOf(0xee), input }] };
    },
    logs: ({ config }) => ({
      [INCLUSION]: [logJson(configLog(config, 0, BigInt(addressOf(0xee))))],
    }),
    expect: () => ({ reasons: ['notFromBatcher'], safe: 3 }),
  },
  {
    name: 'malformed-config-update',
    rule: '9.3',
    posts: (stage) => ({ [INCLUSION]: [encodeFrames(frames(stage))] }),
    logs: ({ config }) => ({
      [INCLUSION]: [logJson(configLog(config, 9, 1n)), logJson(configLog(config, 2, 1n, 2n))],
    }),
    expect: () => ({ reasons: ['malformedConfigLog', 'malformedConfigLog'], safe: 3 }),
  },
  {
    name: 'deposit-of-a-new-epoch',
    rule: '8.4',
    rollup: { seqWindowSize: 2n },
    posts: () => ({}),
    logs: ({ config }) => ({ 101: [logJson(depositLog(config, 5n))] }),
    expect: () => ({ reasons: [], safe: 8 }),
  },
  {
    name: 'malformed-deposit',
    rule: '8.4',
    rollup: { seqWindowSize: 2n },
    posts: () => ({}),
    logs: ({ config }) => ({ 101: [logJson(malformedDepositLog(config))] }),
    expect: () => ({ reasons: [], safe: 2, outcome: 'halted' }),
  },
];

/** A channel that stays open is lost when Holocene activates in the L1 block after. */
function stillOpen({ has, holocene }: Stage): DropReason[] {
  return !holocene && has('holocene', 1024n) ? ['holoceneActivated'] : [];
}

/** Holocene at the usual L1 block exactly: channels open before are lost. */
function lostAtHolocene(has: Stage['has']): boolean {
  return has('holocene', INCLUSION_TIME) && !has('holocene', 1012n);
}

function boundary(holocene: boolean, has: Stage['has']): DropReason[] {
  if (!holocene || !lostAtHolocene(has)) return [];
  return ['holoceneActivated', 'frameWithoutChannel', 'frameWithoutChannel'];
}
