import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { checkAttributes } from '../../src/execution/checkAttributes.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import type { Header } from '../../src/protocol/header.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { configAt } from '../support/executionConfig.ts';
import { smallAttributes } from '../support/smallChain.ts';

const WITHDRAWAL = {} as NonNullable<PayloadAttributes['withdrawals']>[number];

function check(fork: EvmFork, fields: Partial<PayloadAttributes>): string | undefined {
  const attributes = { ...smallAttributes(1n), timestamp: 9n, ...fields };
  return checkAttributes(configAt(fork), { timestamp: 8n } as Header, attributes);
}

const NONE = { withdrawals: undefined, parentBeaconBlockRoot: undefined };

describe('checkAttributes', () => {
  test.each<[EvmFork, Partial<PayloadAttributes>]>([
    ['regolith', NONE],
    ['canyon', { parentBeaconBlockRoot: undefined }],
    ['ecotone', {}],
  ])('default: %s', (fork, fields) => {
    expect(check(fork, fields)).toBeUndefined();
  });

  test.each<[RegExp, EvmFork, Partial<PayloadAttributes>]>([
    [/^timestamp/, 'ecotone', { timestamp: 8n }],
    [/absent before Canyon/, 'regolith', { parentBeaconBlockRoot: undefined }],
    [/present from Canyon/, 'canyon', NONE],
    [/expected none, found 1/, 'ecotone', { withdrawals: [WITHDRAWAL] }],
    [/absent before Ecotone/, 'canyon', { parentBeaconBlockRoot: ZERO_HASH }],
    [/present from Ecotone/, 'ecotone', { parentBeaconBlockRoot: undefined }],
  ])('error: %s at %s', (problem, fork, fields) => {
    expect(check(fork, fields)).toMatch(problem);
  });
});
