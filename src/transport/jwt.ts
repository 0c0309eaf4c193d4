import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '../base/errors.ts';

/** Bytes of an Engine API secret. */
const SECRET_BYTES = 32;

/** Clocks of the two sides may differ by this much. */
const MAX_CLOCK_SKEW_S = 60;

const HEADER = base64url('{"alg":"HS256","typ":"JWT"}');

/**
 * The secret of a JWT file: 64 hex digits, with or without `0x`, spaces around them ignored.
 *
 * @throws ConfigError naming `field`. The content itself is never in the message.
 */
export function decodeJwtSecret(text: string, field: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, '');
  if (digits.length === 2 * SECRET_BYTES && /^[\da-f]+$/i.test(digits)) {
    return new Uint8Array(Buffer.from(digits, 'hex'));
  }
  const found = digits.length === 0 ? 'nothing' : `${digits.length} characters`;
  throw new ConfigError(field, found, 'a file with 64 hex digits (`openssl rand -hex 32`)');
}

/** An HS256 token whose only claim is its time. `nowS` in seconds. */
export function encodeJwt(secret: Uint8Array, nowS: number): string {
  const signed = `${HEADER}.${base64url(`{"iat":${nowS}}`)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Why a token is refused, in words for the log; undefined when it is good at `nowS` seconds. */
export function checkJwt(token: string, secret: Uint8Array, nowS: number): string | undefined {
  const [header, claims, mac, ...rest] = token.split('.');
  if (header === undefined || claims === undefined || mac === undefined || rest.length > 0) {
    return 'expected a token of three parts';
  }
  const expected = createHmac('sha256', secret).update(`${header}.${claims}`).digest();
  const found = Buffer.from(mac, 'base64url');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    return 'signed with another secret';
  }
  if (parsePart(header)?.['alg'] !== 'HS256') return 'expected the algorithm HS256';
  const { iat: issuedS, exp: expiresS = null } = parsePart(claims) ?? {};
  if (expiresS !== null && typeof expiresS !== 'number') return 'expected a number as `exp`';
  if (expiresS !== null && expiresS <= nowS) return `expired ${Math.round(nowS - expiresS)} s ago`;
  if (typeof issuedS !== 'number') return 'expected a claim `iat`';
  const skewS = Math.round(Math.abs(nowS - issuedS));
  return skewS <= MAX_CLOCK_SKEW_S ? undefined : `issued ${skewS} s away from our clock`;
}

function parsePart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
