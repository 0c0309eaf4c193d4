import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { checkJwt, decodeJwtSecret, encodeJwt } from '../../src/transport/jwt.ts';

const SECRET = new Uint8Array(32).fill(7);
const NOW = 1_700_000_000;

function sign(header: object, claims: object, secret = SECRET): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('encodeJwt', () => {
  test('default: what others would sign', () => {
    expect(encodeJwt(SECRET, NOW)).toBe(sign({ alg: 'HS256', typ: 'JWT' }, { iat: NOW }));
  });
});

describe('checkJwt', () => {
  test('default: our own, and with other claims beside', () => {
    expect(checkJwt(encodeJwt(SECRET, NOW), SECRET, NOW)).toBeUndefined();
    const token = sign({ typ: 'JWT', alg: 'HS256' }, { iat: NOW, id: 'x', exp: NOW + 1 });
    expect(checkJwt(token, SECRET, NOW)).toBeUndefined();
  });

  test.each([-60, 60])('behavior: a clock %i s away passes', (skew) => {
    expect(checkJwt(encodeJwt(SECRET, NOW + skew), SECRET, NOW)).toBeUndefined();
  });

  test.each([
    ['another secret', encodeJwt(new Uint8Array(32), NOW), 'another secret'],
    ['61 s ago', encodeJwt(SECRET, NOW - 61), '61 s away'],
    ['61 s ahead', encodeJwt(SECRET, NOW + 61), '61 s away'],
    ['no time', sign({ alg: 'HS256' }, {}), 'iat'],
    ['another algorithm', sign({ alg: 'none' }, { iat: NOW }), 'HS256'],
    ['expired', sign({ alg: 'HS256' }, { iat: NOW, exp: NOW - 5 }), 'expired 5 s ago'],
    ['expiring now', sign({ alg: 'HS256' }, { iat: NOW, exp: NOW }), 'expired'],
    ['a text as its end', sign({ alg: 'HS256' }, { iat: NOW, exp: 'never' }), '`exp`'],
    ['no signature', encodeJwt(SECRET, NOW).replace(/[^.]*$/, ''), 'another secret'],
    ['two parts', 'a.b', 'three parts'],
    ['four parts', `${encodeJwt(SECRET, NOW)}.x`, 'three parts'],
    ['nothing', '', 'three parts'],
  ])('error: %s', (_, token, reason) => {
    expect(checkJwt(token, SECRET, NOW)).toContain(reason);
  });
});

describe('decodeJwtSecret', () => {
  test.each(['07'.repeat(32), `0x${'07'.repeat(32)}\n`, ` ${'07'.repeat(32)} `])(
    'default',
    (text) => {
      expect(decodeJwtSecret(text, 'l2.jwt-secret')).toEqual(SECRET);
    },
  );

  test.each(['', 'zz'.repeat(32), '07'.repeat(31), `${'07'.repeat(32)}0`])(
    'error: `%s`',
    (text) => {
      const decode = (): Uint8Array => decodeJwtSecret(text, 'l2.jwt-secret');
      expect(decode).toThrow(ConfigError);
      expect(decode).toThrow('l2.jwt-secret');
      if (text !== '') expect(decode).not.toThrow(text);
    },
  );
});
