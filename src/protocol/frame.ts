import { bytesToHex, type Hex, hexToBytes } from '../base/bytes.ts';
import { type Cursor, cursorAt, readByte, readBytes, readU16, readU32 } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';

// Batcher data: a version byte, then frames back to back.
//
//   offset  size  name          meaning
//   0       1     version       0; anything else is not for us
//   then per frame, at least one:
//   0       16    channelId     opaque
//   16      2     frameNumber   big-endian
//   18      4     length        L, big-endian, at most MAX_FRAME_BYTES
//   22      L     data          part of the compressed channel; may be empty
//   22 + L  1     isLast        0 or 1
//
// Any fault, a trailing byte included, costs all frames of the data and nothing else.

/** Version byte of batcher data that carries frames. */
export const DERIVATION_VERSION_0 = 0;

/** Most bytes of `Frame.data`. @spec protocol/derivation.md 1.1, MAX_FRAME_LEN */
export const MAX_FRAME_BYTES = 1_000_000;

/** Length of a channel id. */
export const CHANNEL_ID_BYTES = 16;

/** Bytes of a frame besides its data. */
export const FRAME_HEADER_BYTES: number = CHANNEL_ID_BYTES + 2 + 4 + 1;

/** A numbered piece of a channel. @spec protocol/derivation.md 3.1 */
export type Frame = {
  /** 16 bytes. */
  readonly channelId: Hex;
  /** 0 to 65535. */
  readonly frameNumber: number;
  /** At most MAX_FRAME_BYTES. */
  readonly data: Uint8Array;
  readonly isLast: boolean;
};

/**
 * Frames of one piece of batcher data, in wire order.
 *
 * @param data  Version byte 0, then one or more frames. Calldata, or a decoded blob.
 * @returns     At least one frame; `frame.data` is a view into `data`.
 * @throws      DecodeError on any malformed frame or trailing byte.
 * @spec        protocol/derivation.md 2.3, 3.1
 */
export function decodeFrames(data: Uint8Array): readonly Frame[] {
  const cursor = frameCursor(data);
  const frames: Frame[] = [];
  do frames.push(readFrame(cursor));
  while (cursor.offset < data.length);
  return frames;
}

/**
 * A cursor at the first frame of batcher data. For those who want to see the frames before a fault;
 * to derivation they do not count.
 *
 * @throws DecodeError when there is no version byte, or it is not 0.
 */
export function frameCursor(data: Uint8Array): Cursor {
  const cursor = cursorAt(data);
  const version = readByte(cursor, 'batcher data version');
  if (version !== DERIVATION_VERSION_0) {
    const message = `batcher data version: expected 0, found ${version}`;
    throw new DecodeError('unknownVersion', 0, message);
  }
  return cursor;
}

/**
 * The frame at the cursor. `data` is a view.
 *
 * @throws DecodeError when it is malformed.
 */
export function readFrame(cursor: Cursor): Frame {
  const { channelId, frameNumber, length } = readFrameHeader(cursor);
  const data = readBytes(cursor, length, 'frame data');
  const last = readByte(cursor, 'is_last');
  if (last > 1) {
    const message = `is_last: expected 0 or 1, found ${last}`;
    throw new DecodeError('frameLastFlag', cursor.offset - 1, message);
  }
  return { channelId, frameNumber, data, isLast: last === 1 };
}

/**
 * What stands before a frame's data, and the data's length.
 *
 * @throws DecodeError when it is cut off, or the length is above MAX_FRAME_BYTES.
 */
export function readFrameHeader(cursor: Cursor): {
  readonly channelId: Hex;
  readonly frameNumber: number;
  readonly length: number;
} {
  const channelId = bytesToHex(readBytes(cursor, CHANNEL_ID_BYTES, 'channel id'));
  const frameNumber = readU16(cursor, 'frame number');
  const length = readU32(cursor, 'frame data length');
  if (length > MAX_FRAME_BYTES) {
    const message = `frame data length: expected at most ${MAX_FRAME_BYTES}, found ${length}`;
    throw new DecodeError('frameTooLong', cursor.offset - 4, message);
  }
  return { channelId, frameNumber, length };
}

/** Batcher data of `frames`: the version byte, then each frame. */
export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  let length = 1;
  for (const frame of frames) length += FRAME_HEADER_BYTES + frame.data.length;
  const encoded = new Uint8Array(length);
  const view = new DataView(encoded.buffer);
  encoded[0] = DERIVATION_VERSION_0;
  let offset = 1;
  for (const frame of frames) {
    encoded.set(hexToBytes(frame.channelId), offset);
    view.setUint16(offset + 16, frame.frameNumber);
    view.setUint32(offset + 18, frame.data.length);
    encoded.set(frame.data, offset + 22);
    offset += FRAME_HEADER_BYTES + frame.data.length;
    encoded[offset - 1] = frame.isLast ? 1 : 0;
  }
  return encoded;
}
