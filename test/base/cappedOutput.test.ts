import { describe, expect, test } from 'vitest';
import { appendByte, type CappedOutput } from '../../src/base/cappedOutput.ts';
import { CAP_PASSED } from '../../src/base/streamEnding.ts';

describe('appendByte', () => {
  test('default: keeps what is there while it grows, up to the cap', () => {
    const output: CappedOutput = { bytes: new Uint8Array(0), length: 0, capBytes: 200_001 };
    for (let i = 0; i < output.capBytes; i++) appendByte(output, i % 251);
    expect(output.length).toBe(200_001);
    expect(output.bytes.length).toBe(200_001);
    expect([...output.bytes].every((byte, i) => byte === i % 251)).toBe(true);
    let thrown: unknown;
    try {
      appendByte(output, 0);
    } catch (fault) {
      thrown = fault;
    }
    expect(thrown).toBe(CAP_PASSED);
    expect(output.length).toBe(200_001);
  });
});
