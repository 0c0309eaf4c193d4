import { describe, expect, test } from 'vitest';
import {
  channelTimeout,
  maxChannelBankBytes,
  maxRlpBytesPerChannel,
  maxSequencerDrift,
} from '../../src/derive/parameters.ts';
import { chainForking } from './support/config.ts';

describe('parameters', () => {
  const { rollup: fjord } = chainForking('ecotone', 'fjord', 1010n);
  const { rollup: granite } = chainForking('fjord', 'granite', 1010n);

  test.each([
    [
      'channelTimeout',
      () => channelTimeout(granite, 1009n),
      () => channelTimeout(granite, 1010n),
      4n,
      50n,
    ],
    [
      'maxSequencerDrift',
      () => maxSequencerDrift(fjord, 1009n),
      () => maxSequencerDrift(fjord, 1010n),
      10n,
      1800n,
    ],
    [
      'maxRlpBytesPerChannel',
      () => maxRlpBytesPerChannel(fjord, 1009n),
      () => maxRlpBytesPerChannel(fjord, 1010n),
      10_000_000,
      100_000_000,
    ],
    [
      'maxChannelBankBytes',
      () => maxChannelBankBytes(fjord, 1009n),
      () => maxChannelBankBytes(fjord, 1010n),
      100_000_000,
      1_000_000_000,
    ],
  ])('%s, one second before its fork and at it', (_, before, at, old, current) => {
    expect(before()).toBe(old);
    expect(at()).toBe(current);
  });
});
