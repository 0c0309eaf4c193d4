import fc from 'fast-check';
import { expect } from 'vitest';
import { DecodeError } from '../../src/base/errors.ts';
import { runs } from './runs.ts';

type Decode = (data: Uint8Array) => unknown;

/** Every proper prefix of `valid` must be refused, and with nothing but a DecodeError. */
export function expectTruncationsRefused(decode: Decode, valid: Uint8Array): void {
  for (let length = 0; length < valid.length; length++) {
    const prefix = valid.slice(0, length);
    expect(() => decode(prefix), `first ${length} of ${valid.length} bytes`).toThrow(DecodeError);
  }
}

/**
 * Whatever is fed, `decode` either returns or throws a DecodeError. Half of the inputs are `valid`
 * with some bytes changed, so that they get past the first check.
 */
export function expectOnlyDecodeErrors(decode: Decode, valid: Uint8Array): void {
  const change = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 }));
  const damaged = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const data = valid.slice();
    for (const [offset, byte] of changes) data[offset] = byte;
    return data;
  });
  const inputs = fc.oneof(damaged, fc.uint8Array({ maxLength: 64 }));
  fc.assert(
    fc.property(inputs, (data) => {
      try {
        decode(data);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { numRuns: runs(300) },
  );
}

/** `call` throws a DecodeError of this code, found at this offset. */
export function expectDecodeError(call: () => unknown, code: string, offset: number): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect([error.code, error.offset]).toEqual([code, offset]);
    return;
  }
  expect.fail(`expected ${code}, found none`);
}

/** Code of the DecodeError that `call` throws. Anything else fails. */
export function decodeErrorCode(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return expect.fail('expected a DecodeError, found none');
}
