import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { bytesToHex, type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import type { Genesis } from '../../../src/execution/genesis.ts';
import { toAttributesJson } from '../../../src/protocol/executionPayloadJson.ts';
import { FORKS } from '../../../src/protocol/forks.ts';
import type { EvmFork } from '../../../src/execution/evm/port.ts';
import { configAt } from '../../support/executionConfig.ts';
import { type AttributesJson, driveBlock, forkchoiceVersion } from '../../support/engineDriver.ts';
import {
  ENGINE_SECRET,
  engineToken,
  post,
  type ServedEngine,
  serveEngine,
} from '../../support/servedEngine.ts';
import { rehashed } from '../../support/rehashed.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(genesis: Genesis = smallGenesis()): Promise<ServedEngine> {
  const served = await serveEngine(genesis);
  cleanups.push(served.close);
  return served;
}

const UNKNOWN: Hash = `0x${'ab'.repeat(32)}`;

function headAt(head: Hash, safe: Hash = ZERO_HASH) {
  return { headBlockHash: head, safeBlockHash: safe, finalizedBlockHash: ZERO_HASH };
}

describe('tokens', () => {
  const ask = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] };
  const now = () => Math.floor(Date.now() / 1000);
  const token = (header: object, claims: object, secret = ENGINE_SECRET): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part(header)}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const HS256 = { alg: 'HS256', typ: 'JWT' };

  test.each<readonly [string, () => string | undefined]>([
    ['none', () => undefined],
    ['no token at all', () => 'x'],
    ['another secret', () => engineToken(new Uint8Array(32))],
    ['too old', () => engineToken(ENGINE_SECRET, now() - 65)],
    ['too new', () => engineToken(ENGINE_SECRET, now() + 65)],
    ['no iat', () => token(HS256, {})],
    ['another algorithm', () => token({ alg: 'HS512' }, { iat: now() })],
    ['algorithm none', () => token({ alg: 'none' }, { iat: now() }).replace(/[^.]*$/, '')],
  ])('error: %s is answered with 401', async (_, bad) => {
    const { authUrl } = await start();
    expect((await post(authUrl, ask, bad())).status).toBe(401);
  });

  test('behavior: a good one, other claims beside, is let in', async () => {
    const { authUrl } = await start();
    const good = token(HS256, { iat: now() - 50, id: 'x' });
    const reply = await post(authUrl, ask, good);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ result: '0x385' });
  });

  test('behavior: the public port has no engine methods', async () => {
    const { httpUrl } = await start();
    const body = { ...ask, method: 'engine_exchangeCapabilities', params: [[]] };
    expect(await (await post(httpUrl, body)).json()).toMatchObject({ error: { code: -32601 } });
  });

  test('behavior: a WebSocket needs the token too', async () => {
    const { authUrl } = await start();
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(authUrl.href.replace('http', 'ws'), { headers });
        socket.on('open', () => (socket.terminate(), resolve(101)));
        socket.on('unexpected-response', (_, response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        socket.on('error', reject);
      });
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${engineToken()}` })).toBe(101);
  });
});

/** A chain at a fork, with attributes for its first block. */
function chainAt(fork: EvmFork): { genesis: Genesis; attributes: Record<string, unknown> } {
  const small = smallGenesis();
  const active = (since: EvmFork): boolean =>
    fork !== 'bedrock' && FORKS.indexOf(since as never) <= FORKS.indexOf(fork);
  const form = active('jovian') ? '0x01000000fa00000006' : '0x00000000fa00000006';
  const tail = active('jovian') ? '00'.repeat(8) : '';
  const extraData = active('holocene') ? Buffer.from(`${form.slice(2)}${tail}`, 'hex') : '';
  const genesis = {
    ...small,
    config: { ...configAt(fork), chainId: 901n },
    header: { ...small.header, extraData: new Uint8Array(Buffer.from(extraData)) },
  };
  const attributes = toAttributesJson({
    ...smallAttributes(1n),
    withdrawals: active('canyon') ? [] : undefined,
    parentBeaconBlockRoot: active('ecotone') ? ZERO_HASH : undefined,
    eip1559Params: active('holocene') ? '0x000000fa00000006' : undefined,
    minBaseFee: active('jovian') ? 0n : undefined,
  });
  return { genesis, attributes };
}

const OK = 'ok';

describe('versions by fork', () => {
  test.each([
    ['regolith', { 1: OK, 2: OK, 3: -38005 }],
    ['canyon', { 1: -32602, 2: OK, 3: -38005 }],
    ['ecotone', { 1: -32602, 2: -38005, 3: OK }],
    ['holocene', { 1: -32602, 2: -38005, 3: OK }],
    ['karst', { 1: -32602, 2: -38005, 3: OK }],
  ] as const)('engine_forkchoiceUpdated at %s', async (fork, expected) => {
    const { genesis, attributes } = chainAt(fork);
    const { call, engine } = await start(genesis);
    for (const [version, outcome] of Object.entries(expected)) {
      const method = `engine_forkchoiceUpdatedV${version}`;
      const { result, error } = await call(method, headAt(engine.genesis.hash), attributes);
      const id = (result as { payloadId?: string } | undefined)?.payloadId;
      expect(error?.code ?? (id ? OK : id), method).toBe(outcome);
    }
  });

  test.each([
    [
      'regolith',
      { 1: OK, 2: OK, 3: -38005, 4: -38005, 5: -38005 },
      { 1: OK, 2: OK, 3: -32602, 4: -32602 },
    ],
    [
      'canyon',
      { 1: -38005, 2: OK, 3: -38005, 4: -38005, 5: -38005 },
      { 1: -32602, 2: OK, 3: -32602, 4: -32602 },
    ],
    [
      'ecotone',
      { 1: -38005, 2: -38005, 3: OK, 4: -38005, 5: -38005 },
      { 1: -32602, 2: -32602, 3: OK, 4: -38005 },
    ],
    [
      'isthmus',
      { 1: -38005, 2: -38005, 3: -38005, 4: OK, 5: -38005 },
      { 1: -32602, 2: -32602, 3: -38005, 4: OK },
    ],
    [
      'jovian',
      { 1: -38005, 2: -38005, 3: -38005, 4: OK, 5: -38005 },
      { 1: -32602, 2: -32602, 3: -38005, 4: OK },
    ],
    [
      'karst',
      { 1: -38005, 2: -38005, 3: -38005, 4: OK, 5: OK },
      { 1: -32602, 2: -32602, 3: -38005, 4: OK },
    ],
  ] as const)('engine_getPayload, engine_newPayload at %s', async (fork, gets, puts) => {
    const { genesis, attributes } = chainAt(fork);
    const { call, engine } = await start(genesis);
    const version = forkchoiceVersion(attributes as AttributesJson);
    const started = await call(
      `engine_forkchoiceUpdatedV${version}`,
      headAt(engine.genesis.hash),
      attributes,
    );
    const { payloadId } = started.result as { payloadId: string };
    let payload: unknown;
    for (const [get, outcome] of Object.entries(gets)) {
      const { result, error } = await call(`engine_getPayloadV${get}`, payloadId);
      expect(error?.code ?? OK, `engine_getPayloadV${get}`).toBe(outcome);
      const answer = result as { executionPayload?: unknown } | undefined;
      payload = answer?.executionPayload ?? answer ?? payload;
    }
    for (const [put, outcome] of Object.entries(puts)) {
      const extra = [[], ZERO_HASH, []].slice(0, Math.max(0, Number(put) - 1));
      const params = Number(put) >= 3 ? [payload, ...extra] : [payload];
      const { result, error } = await call(`engine_newPayloadV${put}`, ...params);
      const { status } = (result ?? {}) as { status?: string };
      expect(error?.code ?? (status === 'VALID' ? OK : status), `V${put}`).toBe(outcome);
    }
  });
});

describe('forkchoice', () => {
  test('behavior: unknown head, zero head, wrong safe, attributes that do not fit', async () => {
    const { genesis, attributes } = chainAt('karst');
    const { call, engine } = await start(genesis);
    const { hash } = engine.genesis;
    const v3 = 'engine_forkchoiceUpdatedV3';
    expect((await call(v3, headAt(UNKNOWN), attributes)).result).toEqual({
      payloadStatus: { status: 'SYNCING', latestValidHash: null, validationError: null },
      payloadId: null,
    });
    expect((await call(v3, headAt(ZERO_HASH), null)).result).toMatchObject({
      payloadStatus: { status: 'INVALID' },
    });
    expect((await call(v3, headAt(hash, UNKNOWN), null)).error?.code).toBe(-38002);
    expect((await call(v3, 'x', null)).error?.code).toBe(-32602);
    const bad: readonly (readonly [string, unknown, number])[] = [
      ['gasLimit', undefined, -38003],
      ['gasLimit', '0xzz', -32602],
      ['withdrawals', undefined, -38003],
      ['withdrawals', [{}], -38003],
      ['parentBeaconBlockRoot', undefined, -38003],
      ['eip1559Params', undefined, -38003],
      ['eip1559Params', '0x00', -38003],
      ['eip1559Params', '0x0000000000000006', -38003],
      ['minBaseFee', undefined, -38003],
      ['timestamp', '0x3e8', -38003],
      ['prevRandao', '0x12', -32602],
      ['transactions', ['0x02c0'], -38003],
    ];
    for (const [field, value, code] of bad) {
      const { error } = await call(v3, headAt(hash), { ...attributes, [field]: value });
      expect(error?.code, `${field} ${JSON.stringify(value)}`).toBe(code);
    }
    const quantity = { ...attributes, minBaseFee: '0x0' };
    const number = await call(v3, headAt(hash), attributes);
    expect(number.result).toMatchObject({
      payloadStatus: { status: 'VALID', latestValidHash: hash },
    });
    expect((await call(v3, headAt(hash), quantity)).result).toEqual(number.result);
  });

  test('error: an unknown payload', async () => {
    const { call } = await start();
    expect((await call('engine_getPayloadV3', '0x0123456789abcdef')).error?.code).toBe(-38001);
  });
});

describe('payloads', () => {
  test('behavior: unknown parent, wrong hash, wrong root, its child, blob hashes', async () => {
    const builder = await start();
    const attributes = toAttributesJson(smallAttributes(1n));
    const { hash } = builder.engine.genesis;
    const built = await builder.call('engine_forkchoiceUpdatedV3', headAt(hash), attributes);
    const { payloadId } = built.result as { payloadId: string };
    const got = await builder.call('engine_getPayloadV3', payloadId);
    const { executionPayload: good } = got.result as { executionPayload: Record<string, unknown> };
    const { call } = await start();
    const put = async (payload: object, ...extra: unknown[]) =>
      (await call('engine_newPayloadV3', payload, ...(extra.length ? extra : [[], ZERO_HASH])))
        .result as Record<string, unknown>;
    expect(await put({ ...good, stateRoot: UNKNOWN })).toMatchObject({
      status: 'INVALID',
      latestValidHash: null,
    });
    expect(await put(good, [UNKNOWN], ZERO_HASH)).toMatchObject({ status: 'INVALID' });
    expect(await put({ ...good, withdrawals: [{}] })).toMatchObject({ status: 'INVALID' });
    const { config } = builder.engine;
    const wrong = rehashed(config, { ...good, stateRoot: UNKNOWN });
    expect(await put(wrong)).toMatchObject({ status: 'INVALID', latestValidHash: hash });
    expect((await put(wrong))['validationError']).toContain('known to be invalid');
    const child = rehashed(config, { ...good, parentHash: wrong.blockHash, blockNumber: '0x2' });
    expect(await put(child)).toMatchObject({ status: 'INVALID', latestValidHash: hash });
    const { result } = await call('engine_forkchoiceUpdatedV3', headAt(child.blockHash), null);
    expect(result).toMatchObject({ payloadStatus: { status: 'INVALID', latestValidHash: hash } });
    const orphan = rehashed(config, { ...good, parentHash: UNKNOWN });
    expect(await put(orphan)).toEqual({
      status: 'SYNCING',
      latestValidHash: null,
      validationError: null,
    });
    expect(await put(good)).toMatchObject({ status: 'VALID', latestValidHash: good['blockHash'] });
    expect(
      (await call('engine_newPayloadV3', { ...good, timestamp: 5 }, [], ZERO_HASH)).error?.code,
    ).toBe(-32602);
  });

  test('error: the hash of a known block over other fields', async () => {
    const { call, engine } = await start();
    const attributes = toAttributesJson(smallAttributes(1n));
    const { hash } = engine.genesis;
    const built = await call('engine_forkchoiceUpdatedV3', headAt(hash), attributes);
    const { payloadId } = built.result as { payloadId: string };
    const got = await call('engine_getPayloadV3', payloadId);
    const { executionPayload: good } = got.result as { executionPayload: Record<string, unknown> };
    const put = async (payload: object, root: Hash = ZERO_HASH) =>
      (await call('engine_newPayloadV3', payload, [], root)).result;
    const other: readonly (readonly [string, unknown])[] = [
      ['parentHash', UNKNOWN],
      ['feeRecipient', `0x${'ab'.repeat(20)}`],
      ['stateRoot', UNKNOWN],
      ['receiptsRoot', UNKNOWN],
      ['logsBloom', `0x${'01'.repeat(256)}`],
      ['prevRandao', UNKNOWN],
      ['blockNumber', '0x2'],
      ['gasLimit', '0x1'],
      ['gasUsed', '0x1'],
      ['timestamp', '0x7fffffff'],
      ['extraData', '0x01'],
      ['baseFeePerGas', '0x1'],
      ['transactions', []],
      ['blobGasUsed', '0x1'],
      ['excessBlobGas', '0x1'],
    ];
    const refused = { status: 'INVALID', latestValidHash: null };
    for (const [field, value] of other) {
      expect(await put({ ...good, [field]: value }), field).toMatchObject(refused);
    }
    expect(await put(good, UNKNOWN)).toMatchObject(refused);
    expect(await put(good)).toMatchObject({ status: 'VALID', latestValidHash: good['blockHash'] });
  });

  test('behavior: bodies by hash and by range', async () => {
    const { call, engine } = await start();
    const attributes = toAttributesJson(smallAttributes(1n)) as AttributesJson;
    const head = await driveBlock(call, engine.genesis.hash, attributes, 3);
    const body = {
      transactions: smallAttributes(1n).transactions.map(bytesToHex),
      withdrawals: [],
    };
    const byHash = await call('engine_getPayloadBodiesByHashV1', [head, UNKNOWN]);
    expect(byHash.result).toEqual([body, null]);
    const byRange = await call('engine_getPayloadBodiesByRangeV1', '0x1', '0x5');
    expect(byRange.result).toEqual([body]);
    const codeOf = async (method: string, ...params: unknown[]) =>
      (await call(method, ...params)).error?.code;
    expect(await codeOf('engine_getPayloadBodiesByRangeV1', '0x0', '0x5')).toBe(-32602);
    expect(await codeOf('engine_getPayloadBodiesByRangeV1', '0x1', '0x401')).toBe(-38004);
    const many = Array.from({ length: 1025 }, () => UNKNOWN);
    expect(await codeOf('engine_getPayloadBodiesByHashV1', many)).toBe(-38004);
  });
});
