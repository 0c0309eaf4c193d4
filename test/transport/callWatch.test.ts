import { describe, expect, test } from 'vitest';
import { callFailure } from '../../src/transport/callWatch.ts';
import { TransportError, type TransportErrorCode } from '../../src/transport/errors.ts';

describe('callFailure', () => {
  test.each<[TransportErrorCode, number | undefined, string]>([
    ['rpc', -32000, 'rpc_-32000'],
    ['rateLimited', 429, 'http_429'],
    ['unauthorized', 401, 'http_401'],
    ['status', 503, 'http_503'],
    ['rpc', undefined, 'rpc'],
    ['timeout', undefined, 'timeout'],
    ['connection', undefined, 'connection'],
    ['badAnswer', undefined, 'badAnswer'],
  ])('default: %s with status %s is `%s`', (code, status, expected) => {
    expect(callFailure(new TransportError(code, 'of no matter', { status }))).toBe(expected);
  });
});
