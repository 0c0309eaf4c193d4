import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/base/errors.ts';
import {
  encodeJsonExact,
  isObject,
  type JsonValue,
  MAX_JSON_DEPTH,
  MAX_JSON_DIGITS,
  parseJsonExact,
  toJsonInteger,
} from '../../src/base/json.ts';

function codeOf(text: string): string {
  try {
    parseJsonExact(text);
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code}@${error.offset}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('parseJsonExact', () => {
  test('behavior: integers beyond 2^53 keep their digits', () => {
    const parsed = parseJsonExact('[9007199254740991, 9007199254740993, -18446744073709551616]');
    expect(parsed).toEqual([9007199254740991, 9007199254740993n, -18446744073709551616n]);
  });

  test('behavior: fractions and exponents are numbers', () => {
    expect(parseJsonExact('[1.5, 1e20, 2E-1]')).toEqual([1.5, 1e20, 0.2]);
  });

  test('behavior: agrees with JSON.parse on what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.parse(encodeJsonExact(parseJsonExact(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('behavior: a string of 8 MB does not exhaust the stack', () => {
    const long = 'ab\\n'.repeat(2_000_000);
    expect((parseJsonExact(`"${long}"`) as string).length).toBe(6_000_000);
  });

  test('behavior: a hash that is kept does not keep the text around it', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
    const usedBytes = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = usedBytes();
    const kept = Array.from({ length: 20 }, (_, i) => {
      const hash = `0x${i.toString(16).padStart(64, '0')}`;
      return (parseJsonExact(JSON.stringify([hash, 'x'.repeat(4e6)])) as readonly string[])[0];
    });
    expect(usedBytes() - before).toBeLessThan(20e6);
    expect(new Set(kept).size).toBe(20);
  });

  test('error: tells line, column, what was expected and what was found', () => {
    expect(codeOf('{\n  "a": 1,\n  "b" 2\n}')).toBe(
      'json@18: line 3, column 7: expected `:`, found `2`',
    );
    expect(codeOf('{"a": 1, "a": 2}')).toContain('each key once, but `a` comes again');
    expect(codeOf('[1] x')).toContain('expected the end of the text, found `x`');
  });

  test('error: every truncation of a valid text', () => {
    const text = '{"a": [true, false, null, "x\\u00e9\\n", {"b": -1.5e3}], "c": ""}';
    for (let length = 0; length < text.length; length++) {
      expect(codeOf(text.slice(0, length)), `${length} characters`).toMatch(/^json@/);
    }
  });

  test('error: what JSON forbids', () => {
    const faults = ['01', '+1', '.5', '1.', 'NaN', "'a'", '"\t"', '"\\x"', '[1,]', '{a:1}', ''];
    for (const text of faults) expect(codeOf(text), text).toMatch(/^json@/);
  });

  test('error: nesting deeper than the limit', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(codeOf(nested(MAX_JSON_DEPTH + 1))).toBe('accepted');
    expect(codeOf(nested(MAX_JSON_DEPTH + 2))).toContain(`at most ${MAX_JSON_DEPTH} nested values`);
  });

  test('error: an integer longer than the limit', () => {
    expect(parseJsonExact('9'.repeat(MAX_JSON_DIGITS))).toBe(10n ** BigInt(MAX_JSON_DIGITS) - 1n);
    const long = codeOf(`[${'9'.repeat(MAX_JSON_DIGITS + 1)}]`);
    expect(long).toContain(`an integer of at most ${MAX_JSON_DIGITS} digits`);
    expect(codeOf(`0.${'1'.repeat(2 * MAX_JSON_DIGITS)}`)).toBe('accepted');
  });
});

describe('encodeJsonExact', () => {
  test('default', () => {
    const value: JsonValue = { a: 2n ** 64n, b: ['"', null, true], c: {}, d: 1.5 };
    expect(encodeJsonExact(value)).toBe(
      '{"a":18446744073709551616,"b":["\\"",null,true],"c":{},"d":1.5}',
    );
  });
});

describe('isObject', () => {
  test.each([
    [{}, true],
    [{ length: 0 }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['text', false],
    [1n, false],
  ])('default: %s is %s', (value, is) => {
    expect(isObject(value)).toBe(is);
  });
});

describe('toJsonInteger', () => {
  test('default: a number while that is exact', () => {
    expect(toJsonInteger(0n)).toBe(0);
    expect(toJsonInteger(2n ** 53n - 1n)).toBe(9007199254740991);
    expect(toJsonInteger(2n ** 53n)).toBe(2n ** 53n);
  });
});
