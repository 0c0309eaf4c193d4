import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/transport/errors.ts';
import { describeReply, parseJsonReply, statusError } from '../../src/transport/reply.ts';

const CLIENT = {
  name: 'https://l1.example',
  url: new URL('https://l1.example/v3/0123456789ab'),
};

function reply(status: number, body: string, rest: object = {}) {
  return { status, body, retryAfterMs: undefined, ...rest };
}

describe('statusError', () => {
  test('default: none for success', () => {
    expect(statusError(CLIENT, reply(200, ''))).toBeUndefined();
  });

  test.each([
    [301, 'status'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'status'],
    [413, 'tooLarge'],
    [429, 'rateLimited'],
    [503, 'status'],
  ])('default: %i is %s', (status, code) => {
    expect(statusError(CLIENT, reply(status, 'no'))).toMatchObject({ code, status });
  });
});

describe('parseJsonReply', () => {
  test('default', () => {
    expect(parseJsonReply(CLIENT, reply(200, '{"a":1}'))).toEqual({ a: 1 });
  });

  test('error: tells what came instead', () => {
    const html = reply(200, '<!DOCTYPE html>\n\u001b', { contentType: 'text/html' });
    expect(() => parseJsonReply(CLIENT, html)).toThrow(TransportError);
    expect(() => parseJsonReply(CLIENT, html)).toThrow(
      'https://l1.example: expected JSON, found HTTP status 200, text/html: ' +
        '`<!DOCTYPE html>\\n\\x1b`; is this the URL of the right server?',
    );
  });
});

describe('describeReply', () => {
  test('behavior: an empty body', () => {
    expect(describeReply(CLIENT, reply(500, ' '))).toBe('HTTP status 500: an empty body');
  });

  test('behavior: no key of the URL, and not all of a long body', () => {
    const text = describeReply(CLIENT, reply(500, `bad key 0123456789ab ${'x'.repeat(5000)}`));
    expect(text).toContain('`bad key … xxx');
    expect(text.length).toBeLessThan(120);
  });

  test.each([
    [301, { location: 'https://other.example/0123' }, 'give the URL of https://other.example'],
    [302, { location: '/login' }, 'look at the path in the URL'],
    [302, {}, 'look at the URL'],
    [401, {}, 'look at the key in the URL or the headers'],
    [403, {}, 'look at the key in the URL or the headers'],
    [404, {}, 'look at the path in the URL'],
    [405, { contentType: 'text/html' }, 'is this the URL of the right server?'],
    [429, {}, 'it limits how often it may be asked'],
    [502, { contentType: 'text/html' }, '`no`'],
  ])('behavior: what to look at after %i', (status, rest, advice) => {
    expect(describeReply(CLIENT, reply(status, 'no', rest)).endsWith(advice)).toBe(true);
  });
});
