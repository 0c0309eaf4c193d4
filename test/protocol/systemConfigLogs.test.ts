import { describe, expect, test } from 'vitest';
import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  hexToBytes,
  ZERO_HASH,
} from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import type { L1Log } from '../../src/protocol/l1Block.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';
import {
  applyConfigLog,
  applyConfigLogs,
  CONFIG_UPDATE_TOPIC,
  isConfigLog,
} from '../../src/protocol/systemConfigLogs.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { forkAt, rollupConfig, SYSTEM_CONFIG } from '../support/rollupConfig.ts';
import { lacksShared } from '../support/shared.ts';

const ECOTONE_TIME = 5000n;
const CONFIG = rollupConfig('delta', { forkTimes: forkAt('delta', 'ecotone', ECOTONE_TIME) });
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);
const typeTopic = (type: number): Hash => bytesToHex(word(BigInt(type)));

/** An update of `type` whose payload are these words. */
function updateOf(type: number, ...words: readonly Uint8Array[]): L1Log {
  const payload = concatBytes(...words);
  return {
    address: CONFIG.l1SystemConfigAddress,
    topics: [CONFIG_UPDATE_TOPIC, ZERO_HASH, typeTopic(type)],
    data: concatBytes(word(32n), word(BigInt(payload.length)), payload),
    logIndex: 0,
    txIndex: 0,
  };
}

/** A word of zeros with `tail` at its end. */
const tailed = (tail: string): Uint8Array => hexToBytes(`0x${tail.padStart(64, '0')}`);

const apply = (log: L1Log, l1Time = ECOTONE_TIME): SystemConfig =>
  applyConfigLog(CONFIG, SYSTEM_CONFIG, log, l1Time);

const changed = (changes: Partial<SystemConfig>): SystemConfig => ({
  ...SYSTEM_CONFIG,
  ...changes,
});

test('CONFIG_UPDATE_TOPIC', () => {
  const signature = 'ConfigUpdate(uint256,uint8,bytes)';
  expect(keccak256Hex(new TextEncoder().encode(signature))).toBe(CONFIG_UPDATE_TOPIC);
});

describe('isConfigLog', () => {
  const log = updateOf(2, word(1n));

  test('default', () => {
    expect(isConfigLog(CONFIG, log)).toBe(true);
  });

  test('behavior: another address, another event, no topics', () => {
    expect(isConfigLog(CONFIG, { ...log, address: CONFIG.depositContractAddress })).toBe(false);
    expect(isConfigLog(CONFIG, { ...log, topics: [ZERO_HASH] })).toBe(false);
    expect(isConfigLog(CONFIG, { ...log, topics: [] })).toBe(false);
  });
});

describe('applyConfigLog', () => {
  test('behavior: type 0, batcher', () => {
    const log = updateOf(0, tailed('11'.repeat(20)));
    expect(apply(log)).toEqual(changed({ batcherAddr: `0x${'11'.repeat(20)}` }));
  });

  const v1 = `01${'00'.repeat(23)}000c5fc500000558`;

  test('behavior: type 1 before Ecotone stores both words as they are', () => {
    const log = updateOf(1, hexToBytes(`0x${'ab'.repeat(32)}`), hexToBytes(`0x${'cd'.repeat(32)}`));
    expect(apply(log, ECOTONE_TIME - 1n)).toEqual(
      changed({ overhead: `0x${'ab'.repeat(32)}`, scalar: `0x${'cd'.repeat(32)}` }),
    );
  });

  test('behavior: type 1 from Ecotone on stores the scalar, and overhead 0', () => {
    const log = updateOf(1, word(188n), hexToBytes(`0x${v1}`));
    expect(apply(log)).toEqual(changed({ overhead: ZERO_HASH, scalar: `0x${v1}` }));
    const old = updateOf(1, word(188n), tailed('0a6fe0'));
    expect(apply(old).scalar).toBe(`0x${'0a6fe0'.padStart(64, '0')}`);
  });

  test.each([
    ['version 0 with padding', `0001${'00'.repeat(30)}`],
    ['version 1 with padding', `0101${'00'.repeat(30)}`],
    ['version 2', `02${'00'.repeat(31)}`],
  ])('error: type 1 from Ecotone on, %s: the old value stays', (_, scalar) => {
    const log = updateOf(1, word(188n), hexToBytes(`0x${scalar}`));
    expect(decodeErrorCode(() => apply(log))).toBe('configScalar');
    expect(apply(log, ECOTONE_TIME - 1n).scalar).toBe(`0x${scalar}`);
  });

  test('behavior: type 2, gas limit', () => {
    expect(apply(updateOf(2, word(60_000_000n)))).toEqual(changed({ gasLimit: 60_000_000n }));
    expect(apply(updateOf(2, word(2n ** 64n - 1n))).gasLimit).toBe(2n ** 64n - 1n);
  });

  test('behavior: type 3 changes nothing, and its data are not read', () => {
    expect(apply({ ...updateOf(3), data: new Uint8Array(5) })).toEqual(SYSTEM_CONFIG);
  });

  test('behavior: type 4, EIP-1559 parameters', () => {
    const log = updateOf(4, tailed('0000babe0000beef'));
    expect(apply(log)).toEqual(changed({ eip1559Params: '0x0000babe0000beef' }));
    expect(apply(updateOf(4, word(0n))).eip1559Params).toBe('0x0000000000000000');
  });

  test('behavior: type 4, the 24 bytes before are not looked at', () => {
    const log = updateOf(4, new Uint8Array(32).fill(255));
    expect(apply(log).eip1559Params).toBe('0xffffffffffffffff');
  });

  test.each(['0000babe00000000', '000000000000beef'])(
    'error: type 4, one of two is zero',
    (tail) => {
      expect(decodeErrorCode(() => apply(updateOf(4, tailed(tail))))).toBe('configEip1559');
    },
  );

  test('behavior: type 5, operator fee, is stored as it is', () => {
    const log = updateOf(5, new Uint8Array(32).fill(7));
    expect(apply(log)).toEqual(changed({ operatorFeeParams: `0x${'07'.repeat(32)}` }));
  });

  test('behavior: type 6, minimum base fee', () => {
    expect(apply(updateOf(6, word(1_000_000n)))).toEqual(changed({ minBaseFee: 1_000_000n }));
  });

  test('behavior: type 7, DA footprint gas scalar', () => {
    expect(apply(updateOf(7, word(600n)))).toEqual(changed({ daFootprintGasScalar: 600 }));
    expect(apply(updateOf(7, word(65_535n))).daFootprintGasScalar).toBe(65_535);
  });

  test.each([
    [0, 12],
    [2, 24],
    [6, 24],
    [7, 30],
  ])('error: type %i, the %i bytes before the value must be zero', (type, zeros) => {
    for (const offset of [0, zeros - 1]) {
      const payload = new Uint8Array(32);
      payload[offset] = 1;
      const code = decodeErrorCode(() => apply(updateOf(type, payload)));
      expect(code, `byte ${offset}`).toBe('configPadding');
    }
  });

  test('error: an unknown type', () => {
    expect(decodeErrorCode(() => apply(updateOf(8, word(1n))))).toBe('configType');
    const huge = { ...updateOf(2, word(1n)) };
    const type: Hash = `0x01${'00'.repeat(30)}02`;
    const log = { ...huge, topics: [CONFIG_UPDATE_TOPIC, ZERO_HASH, type] };
    expect(decodeErrorCode(() => apply(log))).toBe('configType');
  });

  test.each([
    [[CONFIG_UPDATE_TOPIC, ZERO_HASH], 'configTopics'],
    [[CONFIG_UPDATE_TOPIC, ZERO_HASH, typeTopic(2), ZERO_HASH], 'configTopics'],
    [[ZERO_HASH, ZERO_HASH, typeTopic(2)], 'configTopics'],
    [[CONFIG_UPDATE_TOPIC, typeTopic(1), typeTopic(2)], 'configVersion'],
    [[CONFIG_UPDATE_TOPIC, `0x01${'00'.repeat(31)}`, typeTopic(2)], 'configVersion'],
  ] as const)('error: topics %s', (topics, code) => {
    expect(decodeErrorCode(() => apply({ ...updateOf(2, word(1n)), topics }))).toBe(code);
  });

  test.each([0, 1, 2, 4, 5, 6, 7])('error: type %i with malformed data', (type) => {
    const good =
      type === 1 ? updateOf(1, word(0n), word(0n)) : updateOf(type, word((1n << 32n) | 1n));
    const payload = good.data.subarray(64);
    const withData = (...parts: readonly Uint8Array[]) => ({
      ...good,
      data: concatBytes(...parts),
    });
    const length = word(BigInt(payload.length));
    const cases = [
      [withData(good.data, new Uint8Array(1)), 'configData'],
      [withData(good.data, new Uint8Array(32)), 'configData'],
      [withData(good.data.subarray(0, good.data.length - 32)), 'configData'],
      [withData(new Uint8Array(0)), 'configData'],
      [withData(word(64n), length, payload), 'configPointer'],
      [withData(word(2n ** 64n + 32n), length, payload), 'configPointer'],
      [withData(word(32n), word(BigInt(payload.length + 1)), payload), 'configLength'],
      [withData(word(32n), word(2n ** 64n + BigInt(payload.length)), payload), 'configLength'],
    ] as const;
    for (const [log, code] of cases) {
      expect(
        decodeErrorCode(() => apply(log)),
        bytesToHex(log.data),
      ).toBe(code);
    }
  });

  test('behavior: the config given is left as it was', () => {
    const before = structuredClone(SYSTEM_CONFIG);
    apply(updateOf(2, word(7n)));
    expect(SYSTEM_CONFIG).toEqual(before);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    for (const type of [0, 2, 4, 5, 6, 7]) {
      const log = updateOf(type, new Uint8Array(32));
      const decode = (data: Uint8Array) => apply({ ...log, data });
      expectTruncationsRefused(decode, log.data);
      expectOnlyDecodeErrors(decode, log.data);
    }
  });
});

describe('applyConfigLogs', () => {
  const ref = { ...CONFIG.genesis.l1, parentHash: ZERO_HASH, timestamp: ECOTONE_TIME };
  const gasLimit = updateOf(2, word(40_000_000n));
  const invalid = updateOf(9, word(1n));

  test('default: the last of two updates counts', () => {
    const logs = [updateOf(2, word(1n)), gasLimit];
    const after = applyConfigLogs(CONFIG, SYSTEM_CONFIG, { ref, logs });
    expect(after).toEqual(changed({ gasLimit: 40_000_000n }));
  });

  test('behavior: logs of other contracts are passed over', () => {
    const logs = [{ ...gasLimit, address: CONFIG.depositContractAddress }];
    expect(applyConfigLogs(CONFIG, SYSTEM_CONFIG, { ref, logs })).toBe(SYSTEM_CONFIG);
  });

  test('behavior: an invalid update is told and changes nothing, later ones count', () => {
    const told: string[] = [];
    const logs = [invalid, gasLimit];
    const after = applyConfigLogs(CONFIG, SYSTEM_CONFIG, { ref, logs }, (log, { code }) => {
      told.push(`${code} ${log === invalid}`);
    });
    expect(after).toEqual(changed({ gasLimit: 40_000_000n }));
    expect(told).toEqual(['configType true']);
  });
});

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known answers: system-config-log', () => {
  type Input = { readonly topics: readonly Hash[]; readonly data: string };
  type Expected = {
    readonly batcherAddress?: string;
    readonly overhead?: string;
    readonly scalar?: string;
    readonly gasLimit?: number;
    readonly eip1559Denominator?: number;
    readonly eip1559Elasticity?: number;
    readonly minBaseFee?: number;
  };
  const logOf = ({ topics, data }: Input): L1Log => {
    return { ...updateOf(0), topics, data: hexToBytes(data) };
  };

  test.each(knownAnswers<Input, Expected>('system-config-log'))('$id', ({ input, expected }) => {
    const after = apply(logOf(input), ECOTONE_TIME - 1n);
    const params = hexToBytes(after.eip1559Params);
    const found: Expected = {
      batcherAddress: after.batcherAddr,
      overhead: `0x${BigInt(after.overhead).toString(16)}`,
      scalar: `0x${BigInt(after.scalar).toString(16)}`,
      gasLimit: Number(after.gasLimit),
      eip1559Denominator: new DataView(params.buffer).getUint32(0),
      eip1559Elasticity: new DataView(params.buffer).getUint32(4),
      minBaseFee: Number(after.minBaseFee),
    };
    expect(found).toMatchObject(expected);
  });

  // kona demands zero bytes before the EIP-1559 parameters, op-node does not: we follow op-node.
  const invalid = knownAnswers<Input, unknown>('system-config-log-invalid').filter(
    ({ id }) => !id.endsWith('/eip1559-over-u64'),
  );

  test.each(invalid)('$id', ({ input }) => {
    decodeErrorCode(() => apply(logOf(input), ECOTONE_TIME - 1n));
  });
});
