import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesEqual, EMPTY_BYTES, type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { createBeaconSource } from '../../src/sources/beacon.ts';
import { createBeaconApi } from '../../src/sources/beaconApi.ts';
import { openBlobStore } from '../../src/sources/blobStore.ts';
import type { BlobSource } from '../../src/sources/blobSource.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import {
  type BeaconServer,
  type BeaconServerOptions,
  makeBlob,
  QUICK_KZG,
  startBeaconServer,
} from '../support/beaconServer.ts';
import { closeServer, listen } from '../support/rpcServer.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const [A, B, C] = [makeBlob(1), makeBlob(2), makeBlob(3)];
/** In slot 5 of the test servers. */
const BLOCK = { number: 7n, hash: ZERO_HASH, parentHash: ZERO_HASH, timestamp: 1060n };

type Options = Partial<BeaconServerOptions>;

async function connect(
  servers: readonly Options[],
  archivers: readonly Options[] = [],
  store?: Awaited<ReturnType<typeof openBlobStore>>,
): Promise<readonly [BlobSource, readonly BeaconServer[]]> {
  const start = (options: Options): Promise<BeaconServer> =>
    startBeaconServer({ blobs: [C.blob, B.blob, A.blob], ...options });
  const started = await Promise.all([...servers, ...archivers].map(start));
  const apis = started.map(({ url }) => createBeaconApi({ url, timeoutMs: 2_000 }));
  cleanups.push(...apis.map((api) => api.close), ...started.map(({ close }) => close));
  const source = createBeaconSource({
    servers: apis.slice(0, servers.length),
    archivers: apis.slice(servers.length),
    kzg: QUICK_KZG,
    ...(store === undefined ? {} : { store }),
  });
  return [source, started];
}

async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headwater-blobs-'));
  cleanups.push(() => rm(path, { recursive: true }));
  return path;
}

/** States what was found, without printing 131,072 numbers for each blob. */
function expectBlobs(
  found: ReadonlyMap<Hash, Uint8Array>,
  ...expected: readonly ReturnType<typeof makeBlob>[]
): void {
  expect([...found.keys()].toSorted()).toEqual(expected.map(({ hash }) => hash).toSorted());
  for (const { hash, blob } of expected) {
    expect(bytesEqual(found.get(hash) ?? EMPTY_BYTES, blob), hash).toBe(true);
  }
}

async function errorOf(promise: Promise<unknown>): Promise<SourceError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

const blobPaths = ({ paths }: BeaconServer): readonly string[] =>
  paths.filter((path) => path.includes('blob')).map((path) => path.split('/')[4] as string);

describe('createBeaconSource', () => {
  test('default: the blobs of a slot by versioned hash', async () => {
    const [source, [server]] = await connect([{}]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
    expect(server?.paths.at(-1)).toBe(
      `/eth/v1/beacon/blobs/5?versioned_hashes=${A.hash}&versioned_hashes=${B.hash}`,
    );
    await source.blobs(BLOCK, [C.hash]);
    // Genesis and slot length are asked for once.
    expect(server?.paths.length).toBe(4);
  });

  test('behavior: asked many times at once, it reads the clock once', async () => {
    const [source, [server]] = await connect([{}]);
    await Promise.all([A, B, C].map(({ hash }) => source.blobs(BLOCK, [hash])));
    expect(server?.paths.filter((path) => path.endsWith('/genesis'))).toHaveLength(1);
  });

  test('behavior: an all-zero blob is a blob', async () => {
    const zero = makeBlob(0);
    const [source] = await connect([{ blobs: [zero.blob] }]);
    expectBlobs(await source.blobs(BLOCK, [zero.hash]), zero);
  });

  test('behavior: the older endpoint, remembered once it has worked', async () => {
    const [source, [server]] = await connect([{ offers: ['blob_sidecars'] }]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
    const asked = blobPaths(server as BeaconServer).map((path) => path.split('?')[0]);
    expect(asked.length).toBe(4);
    expect(server?.paths.at(-1)).toBe('/eth/v1/beacon/blob_sidecars/5');
  });

  test('behavior: a server that reads one comma-separated parameter', async () => {
    const [source, [server]] = await connect([{ offers: ['list'] }]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
    expect(server?.paths.at(-1)).toContain(`versioned_hashes=${A.hash},${B.hash}`);
  });

  const NOT_HERE: readonly (readonly [string, Options])[] = [
    ['404 to everything', { slot: 99n }],
    ['an empty list', { blobs: [] }],
    ['a part of them', { blobs: [A.blob] }],
    [
      'other blobs',
      {
        spoil: () => ({ status: 200, body: JSON.stringify({ data: [hex(C.blob), hex(C.blob)] }) }),
      },
    ],
    [
      'bytes that are no blob',
      {
        spoil: () => ({
          status: 200,
          body: JSON.stringify({ data: [hex(new Uint8Array(131_072).fill(0xff)), hex(C.blob)] }),
        }),
      },
    ],
    ['short blobs', { spoil: () => ({ status: 200, body: '{"data":["0x00","0x01"]}' }) }],
    ['null', { spoil: () => ({ status: 200, body: '{"data":null}' }) }],
    [
      '400, too few data columns',
      { spoil: () => ({ status: 400, body: '{"message":"insufficient data columns"}' }) },
    ],
    ['500', { spoil: () => ({ status: 500, body: '{}' }) }],
    ['no JSON', { spoil: () => ({ status: 200, body: '<html>' }) }],
  ];
  test.each(NOT_HERE)('L3: %s: the archiver is asked', async (_, options) => {
    const [source] = await connect([options], [{}]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
  });

  test.each(NOT_HERE)('L3: %s, and nobody else to ask', async (_, options) => {
    const [source] = await connect([options]);
    const error = await errorOf(source.blobs(BLOCK, [A.hash, B.hash]));
    expect(error).toMatchObject({ code: 'notFound', retryable: true });
    expect(error.message).toContain('L1 block 7');
  });

  test.each([
    ['more than were asked for', [C, A, B]],
    ['one of them twice', [A, B, A]],
    ['in another order', [B, A]],
  ])('L4: blobs, %s: only what was asked for is taken, by its hash', async (_, served) => {
    const body = JSON.stringify({ data: served.map(({ blob }) => hex(blob)) });
    const [source] = await connect([{ spoil: () => ({ status: 200, body }) }]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
  });

  test('behavior: what one server has and another has make the whole', async () => {
    const [source, [, second]] = await connect([{ blobs: [A.blob] }], [{ blobs: [B.blob] }]);
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
    expect(second?.paths.join()).not.toContain(A.hash);
  });

  test('behavior: a server that cannot be reached is passed over', async () => {
    const [source, [first]] = await connect([{}, {}]);
    await source.blobs(BLOCK, [A.hash]);
    await first?.close();
    expectBlobs(await source.blobs(BLOCK, [A.hash, B.hash]), A, B);
  });

  test('error: no server tells when slots begin', async () => {
    const source = createBeaconSource({ servers: [], kzg: QUICK_KZG });
    const error = await errorOf(source.blobs(BLOCK, [A.hash]));
    expect(error.message).toContain('no beacon server is configured');
  });

  test('error: what every server said that does not tell when slots begin', async () => {
    const servers = await Promise.all(
      ['<html>first', '{"message":"second"}'].map(async (body) => {
        const server = createServer((_, response) => response.writeHead(404).end(body));
        const api = createBeaconApi({ url: await listen(server) });
        cleanups.push(api.close, () => closeServer(server));
        return api;
      }),
    );
    const source = createBeaconSource({ servers, kzg: QUICK_KZG });
    const { message } = await errorOf(source.blobs(BLOCK, [A.hash]));
    expect(message).toMatch(/HTTP status 404.*<html>first.*HTTP status 404.*second/);
    expect(message).toContain('look at the path in the URL');
  });

  test('behavior: kept blobs are not asked for again', async () => {
    const directory = await temporaryDirectory();
    const [source] = await connect([{}], [], await openBlobStore(directory, { log: SILENT_LOG }));
    await source.blobs(BLOCK, [A.hash, B.hash]);
    const again = createBeaconSource({
      servers: [],
      kzg: QUICK_KZG,
      store: await openBlobStore(directory, { log: SILENT_LOG }),
    });
    expectBlobs(await again.blobs(BLOCK, [A.hash, B.hash]), A, B);
  });

  test('behavior: a damaged file is fetched again', async () => {
    const directory = await temporaryDirectory();
    const [source] = await connect([{}], [], await openBlobStore(directory, { log: SILENT_LOG }));
    await source.blobs(BLOCK, [A.hash]);
    await writeFile(join(directory, `${A.hash}.blob`), B.blob);
    const [again, [server]] = await connect(
      [{}],
      [],
      await openBlobStore(directory, { log: SILENT_LOG }),
    );
    expectBlobs(await again.blobs(BLOCK, [A.hash]), A);
    expect(server?.paths.length).toBe(3);
  });
});

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
