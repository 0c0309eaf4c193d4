import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerpt, printable } from '../../src/base/excerpt.ts';

describe('excerpt', () => {
  test('default: a short text as it is', () => {
    expect(excerpt('{"größe": 1} €')).toBe('{"größe": 1} €');
  });

  test('behavior: what steers a terminal is escaped', () => {
    expect(excerpt('\u001b[31mred\u0007\r\n\t\u009b\u202e')).toBe(
      '\\x1b[31mred\\x07\\r\\n\\t\\x9b\\u{202e}',
    );
  });

  test('behavior: bytes that are no text are escaped', () => {
    expect(excerpt(new TextDecoder().decode(Uint8Array.of(0x1f, 0x8b, 8, 0x61)))).toBe(
      '\\x1f\\u{fffd}\\x08a',
    );
  });

  test('behavior: whatever the text, short and printable', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, fc.nat(100), (given, most) => {
        const cut = excerpt(given, most);
        expect(cut.length).toBeLessThanOrEqual(most + 1);
        expect(cut).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      }),
    );
  });
});

describe('printable', () => {
  test('default: all of it, with its lines', () => {
    expect(printable(`a\u001b\nb${'c'.repeat(500)}`)).toBe(`a\\x1b\nb${'c'.repeat(500)}`);
  });
});
