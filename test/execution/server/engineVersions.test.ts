import { describe, expect, test } from 'vitest';
import {
  assertAttributesVersion,
  assertGetVersion,
  assertPayloadVersion,
  badAttributes,
  type ForkchoiceVersion,
  type GetPayloadVersion,
  type NewPayloadVersion,
} from '../../../src/execution/server/engineVersions.ts';
import { RpcError } from '../../../src/execution/server/jsonRpc.ts';
import type { Fork } from '../../../src/protocol/forks.ts';
import { forksUpTo } from '../../support/rollupConfig.ts';

type Row = readonly [
  fork: Fork | 'bedrock',
  forkchoice: readonly ForkchoiceVersion[],
  get: readonly GetPayloadVersion[],
  put: readonly NewPayloadVersion[],
];

/** Versions that serve each fork. */
const SERVED: readonly Row[] = [
  ['bedrock', [1, 2], [1, 2], [1, 2]],
  ['regolith', [1, 2], [1, 2], [1, 2]],
  ['canyon', [2], [2], [2]],
  ['delta', [2], [2], [2]],
  ['ecotone', [3], [3], [3]],
  ['fjord', [3], [3], [3]],
  ['granite', [3], [3], [3]],
  ['holocene', [3], [3], [3]],
  ['isthmus', [3], [4], [4]],
  ['jovian', [3], [4], [4]],
  ['karst', [3], [4, 5], [4]],
];

const isFrom = (fork: Fork | 'bedrock', first: Fork): boolean =>
  forksUpTo(fork)[first] !== undefined;

/** The keys that an object of a fork has, of those that depend on it. */
function attributesOf(fork: Fork | 'bedrock'): Record<string, unknown> {
  return {
    ...(isFrom(fork, 'canyon') ? { withdrawals: [] } : {}),
    ...(isFrom(fork, 'ecotone') ? { parentBeaconBlockRoot: '0x' } : {}),
  };
}

function payloadOf(fork: Fork | 'bedrock'): Record<string, unknown> {
  return {
    ...(isFrom(fork, 'canyon') ? { withdrawals: [] } : {}),
    ...(isFrom(fork, 'ecotone') ? { blobGasUsed: '0x0', excessBlobGas: '0x0' } : {}),
    ...(isFrom(fork, 'isthmus') ? { withdrawalsRoot: '0x' } : {}),
  };
}

/** What follows a payload in each version. */
const EXTRA: Readonly<Record<NewPayloadVersion, readonly unknown[]>> = {
  1: [],
  2: [],
  3: [[], '0x'],
  4: [[], '0x', []],
};

/** Those of `versions` that are not refused. */
function taken<V extends number>(versions: readonly V[], check: (version: V) => void): V[] {
  return versions.filter((version) => {
    try {
      check(version);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(RpcError);
      return false;
    }
  });
}

function codeOf(check: () => void): number | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as RpcError).code;
  }
}

const [INVALID_PARAMS, INVALID_ATTRIBUTES, UNSUPPORTED_FORK] = [-32602, -38003, -38005];

describe('assertAttributesVersion', () => {
  test.each(SERVED)('default: versions of %s', (fork, forkchoice) => {
    const json = attributesOf(fork);
    const check = (version: ForkchoiceVersion) =>
      assertAttributesVersion(forksUpTo(fork), version, json, 1000n);
    expect(taken([1, 2, 3], check)).toEqual(forkchoice);
  });

  test.each<[string, Fork | 'bedrock', ForkchoiceVersion, object, number]>([
    ['V1 with withdrawals', 'bedrock', 1, { withdrawals: [] }, INVALID_PARAMS],
    ['V1 with a beacon root', 'bedrock', 1, { parentBeaconBlockRoot: '0x' }, INVALID_PARAMS],
    ['V1 from Canyon on', 'canyon', 1, {}, INVALID_PARAMS],
    ['V2 with withdrawals before Canyon', 'bedrock', 2, { withdrawals: [] }, INVALID_ATTRIBUTES],
    ['V2 without withdrawals', 'canyon', 2, {}, INVALID_ATTRIBUTES],
    ['V2 with a beacon root', 'canyon', 2, attributesOf('ecotone'), INVALID_ATTRIBUTES],
    ['V2 from Ecotone on', 'ecotone', 2, attributesOf('ecotone'), UNSUPPORTED_FORK],
    ['V3 before Ecotone', 'canyon', 3, attributesOf('ecotone'), UNSUPPORTED_FORK],
    ['V3 without a beacon root', 'ecotone', 3, { withdrawals: [] }, INVALID_ATTRIBUTES],
    ['V3 without withdrawals', 'ecotone', 3, { parentBeaconBlockRoot: '0x' }, INVALID_ATTRIBUTES],
  ])('error: %s', (_, fork, version, json, code) => {
    const check = () =>
      assertAttributesVersion(forksUpTo(fork), version, json as Record<string, unknown>, 1000n);
    expect(codeOf(check)).toBe(code);
  });
});

describe('assertPayloadVersion', () => {
  test.each(SERVED)('default: versions of %s', (fork, _, __, put) => {
    const json = payloadOf(fork);
    const check = (version: NewPayloadVersion) =>
      assertPayloadVersion(forksUpTo(fork), version, json, 1000n, EXTRA[version]);
    expect(taken([1, 2, 3, 4], check)).toEqual(put);
  });

  test.each<[Fork, NewPayloadVersion]>([
    ['canyon', 2],
    ['ecotone', 3],
    ['karst', 4],
  ])('error: of %s, a key or a parameter of V%i that is missing', (fork, version) => {
    const json = payloadOf(fork);
    const check = (changed: Record<string, unknown>, extra: readonly unknown[]) => () =>
      assertPayloadVersion(forksUpTo(fork), version, changed, 1000n, extra);
    expect(codeOf(check(json, EXTRA[version]))).toBeUndefined();
    for (const key of Object.keys(json)) {
      const without = { ...json, [key]: undefined };
      expect(codeOf(check(without, EXTRA[version])), key).toBe(INVALID_PARAMS);
    }
    for (const [i] of EXTRA[version].entries()) {
      const extra = EXTRA[version].with(i, null);
      expect(codeOf(check(json, extra)), `parameter ${i}`).toBe(INVALID_PARAMS);
    }
  });

  test.each(['withdrawals', 'blobGasUsed', 'excessBlobGas'])('error: %s too early', (key) => {
    const json = { [key]: '0x0' };
    const check = () => assertPayloadVersion(forksUpTo('regolith'), 2, json, 1000n, []);
    expect(codeOf(check)).toBe(INVALID_PARAMS);
  });

  test('error: V3 and V4 for a fork of the other', () => {
    const codeFor = (fork: Fork, version: NewPayloadVersion) =>
      codeOf(() =>
        assertPayloadVersion(forksUpTo(fork), version, payloadOf(fork), 1000n, EXTRA[version]),
      );
    expect(codeFor('isthmus', 3)).toBe(UNSUPPORTED_FORK);
    expect(codeFor('holocene', 4)).toBe(UNSUPPORTED_FORK);
  });
});

describe('assertGetVersion', () => {
  test.each(SERVED)('default: versions of %s', (fork, _, get) => {
    const check = (version: GetPayloadVersion) => assertGetVersion(forksUpTo(fork), version, 1000n);
    expect(taken([1, 2, 3, 4, 5], check)).toEqual(get);
  });

  test('behavior: the time is that of the payload', () => {
    const times = { ...forksUpTo('isthmus'), karst: 1000n };
    expect(codeOf(() => assertGetVersion(times, 5, 999n))).toBe(UNSUPPORTED_FORK);
    expect(codeOf(() => assertGetVersion(times, 5, 1000n))).toBeUndefined();
  });
});

describe('badAttributes', () => {
  test('default', () => {
    const { code, message } = badAttributes('missing withdrawals');
    expect({ code, message }).toEqual({
      code: INVALID_ATTRIBUTES,
      message: 'Invalid payload attributes: missing withdrawals',
    });
  });
});
