import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import {
  decodeFrames,
  encodeFrames,
  type Frame,
  MAX_FRAME_BYTES,
} from '../../src/protocol/frame.ts';

const ID = `0x${'ff'.repeat(16)}` as const;

/** @see known-answers.json, frame/one */
const ONE = hexToBytes(`0x00${'ff'.repeat(16)}00ee00000032${'dd'.repeat(50)}01`);

const frames: fc.Arbitrary<Frame> = fc.record({
  channelId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytesToHex),
  frameNumber: fc.integer({ min: 0, max: 0xffff }),
  data: fc.uint8Array({ maxLength: 100 }),
  isLast: fc.boolean(),
});

describe('decodeFrames', () => {
  test('default: one frame, its data a view', () => {
    const [frame, ...more] = decodeFrames(ONE);
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ channelId: ID, frameNumber: 238, isLast: true });
    expect(bytesToHex(frame?.data as Uint8Array)).toBe(`0x${'dd'.repeat(50)}`);
    expect(frame?.data.buffer).toBe(ONE.buffer);
  });

  test('behavior: a frame may be empty', () => {
    const empty = { channelId: ID, frameNumber: 0, data: new Uint8Array(0), isLast: false };
    expect(decodeFrames(encodeFrames([empty, empty]))).toEqual([empty, empty]);
  });

  test('behavior: a frame of the maximal length', () => {
    const long = { channelId: ID, frameNumber: 0, data: new Uint8Array(MAX_FRAME_BYTES) };
    expect(decodeFrames(encodeFrames([{ ...long, isLast: true }])).length).toBe(1);
    const longer = { ...long, data: new Uint8Array(MAX_FRAME_BYTES + 1), isLast: true };
    expect(() => decodeFrames(encodeFrames([longer]))).toThrow('at most 1000000, found 1000001');
  });

  test('error: every truncation', () => {
    for (let length = 0; length < ONE.length; length++) {
      expect(() => decodeFrames(ONE.subarray(0, length)), `${length}`).toThrow(DecodeError);
    }
  });

  test.each([
    ['nothing', '0x'],
    ['no frame', '0x00'],
    ['another version', '0x02'],
    ['an alt-DA commitment', `0x01${'00'.repeat(33)}`],
    ['is_last of 2', `0x00${'ff'.repeat(16)}00000000000002`],
    ['a length that leaves no byte for is_last', `0x00${'ff'.repeat(16)}000000000001${'dd'}`],
    ['a length of 4 GiB', `0x00${'ff'.repeat(16)}0000ffffffff00`],
  ])('error: %s', (_, hex) => {
    expect(() => decodeFrames(hexToBytes(hex))).toThrow(DecodeError);
  });

  test('error: the offset is that of the field at fault', () => {
    const offsetOf = (at: number, bytes: readonly number[]) => {
      const data = ONE.slice();
      data.set(bytes, at);
      try {
        decodeFrames(data);
      } catch (error) {
        return (error as DecodeError).offset;
      }
      return expect.fail('expected a DecodeError');
    };
    expect(offsetOf(0, [1])).toBe(0);
    expect(offsetOf(19, [0xff])).toBe(19);
    expect(offsetOf(ONE.length - 1, [2])).toBe(ONE.length - 1);
  });

  test('error: a byte behind a valid frame costs that frame too', () => {
    expect(() => decodeFrames(concatBytes(ONE, Uint8Array.of(0)))).toThrow(DecodeError);
  });
});

describe('encodeFrames', () => {
  test('behavior: round trip', () => {
    fc.assert(
      fc.property(fc.array(frames, { minLength: 1, maxLength: 5 }), (list) => {
        expect(decodeFrames(encodeFrames(list))).toEqual(list);
      }),
    );
  });
});
