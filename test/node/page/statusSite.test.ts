import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStatusSite } from '../../../src/node/page/statusSite.ts';
import { plain } from '../../../src/node/rpc/rpcMethods.ts';
import { type RpcServer, startRpcServer } from '../../../src/node/rpc/rpcServer.ts';

describe('createStatusSite', () => {
  const site = createStatusSite({
    history: () => '[]',
    snapshot: () => '{"n":1}',
    text: () => 'all is well\n',
  });
  let server: RpcServer;

  beforeAll(async () => {
    server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      methods: { test_one: plain(() => 1) },
      pages: {},
      watch: () => {},
      site: site.answer,
    });
  });
  afterAll(async () => {
    site.close();
    await server.stop();
  });

  test('default: the page for a browser, under a strict policy', async () => {
    const response = await fetch(server.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await response.text();
    expect(html).toContain('<title>headwater</title>');
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
  });

  test('behavior: HEAD has the headers of GET and no body', async () => {
    const response = await fetch(server.url, {
      method: 'HEAD',
      headers: { accept: 'text/html,*/*;q=0.8' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toBe('');
  });

  test('behavior: everything that the page names is there', async () => {
    const page = await fetch(server.url, { headers: { accept: 'text/html' } });
    const html = await page.text();
    const names = [...html.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, name]) => name as string);
    expect(names).toEqual(['/page/uplot.css', '/page/page.css', '/page/page.js']);
    for (const name of [...names, '/page/charts.js', '/page/uplot.js']) {
      const response = await fetch(new URL(name, server.url));
      expect(response.status, name).toBe(200);
      const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect(response.headers.get('content-type'), name).toBe(`${type}; charset=utf-8`);
      expect((await response.text()).length, name).toBeGreaterThan(500);
    }
  });

  test('behavior: a few lines for who takes anything, as curl does', async () => {
    const response = await fetch(server.url, { headers: { accept: '*/*' } });
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('all is well\n');
  });

  test('behavior: a GET that asks for no HTML has the empty answer of op-node', async () => {
    const response = await fetch(server.url, { headers: { accept: 'application/json' } });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('behavior: calls go on as before', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"test_one","params":[]}',
    });
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: 1 });
  });

  test('behavior: no other file of the machine', async () => {
    for (const path of ['/page/', '/page/../assets.ts', '/page/%2e%2e/assets.ts', '/constructor']) {
      expect((await fetch(new URL(path, server.url))).status, path).toBe(404);
    }
  });

  test('behavior: events', async () => {
    const stop = new AbortController();
    const response = await fetch(new URL('/events', server.url), { signal: stop.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain('event: snapshot\ndata: {"n":1}\n\n');
    stop.abort();
  });
});
