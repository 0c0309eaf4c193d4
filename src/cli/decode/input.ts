import { buffer } from 'node:stream/consumers';
import { hexToBytes } from '../../base/bytes.ts';
import { BLOB_BYTES } from '../../protocol/blob.ts';
import { DERIVATION_VERSION_0 } from '../../protocol/frame.ts';
import { UsageError } from '../exit.ts';
import { readBytes } from '../files.ts';
import { type CliIo, pathArgument } from '../io.ts';

/** What the bytes are. */
export const KINDS = ['data', 'blob', 'channel'] as const;

/** One of `KINDS`. */
export type Kind = (typeof KINDS)[number];

/** One thing to decode. */
export type Piece = { readonly kind: Kind; readonly bytes: Uint8Array };

/**
 * Pieces of a file, or of stdin for `-`. Binary is one piece; in hex, with or without `0x`, each
 * line is one.
 *
 * @param kind  Undefined to tell by the bytes: a blob by its size, batcher data by its first byte.
 * @throws UsageError when there is nothing, or text that is no hex.
 */
export async function readPieces(
  file: string,
  kind: Kind | undefined,
  io: CliIo,
): Promise<readonly Piece[]> {
  const bytes = file === '-' ? await buffer(io.stdin) : readBytes(pathArgument(file, io));
  const pieces = isText(bytes) ? hexLines(file, bytes.toString('latin1')) : [new Uint8Array(bytes)];
  if (pieces.length === 0 || bytes.length === 0) {
    throw new UsageError(`expected bytes or hex in \`${file}\`, found nothing`);
  }
  return pieces.map((piece) => ({ kind: kind ?? kindOf(piece), bytes: piece }));
}

/** True for bytes that a person can read, which compressed data and frames are not. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4096).every((byte) => isSpace(byte) || (byte > 0x1f && byte < 0x7f));
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function hexLines(file: string, text: string): readonly Uint8Array[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    // Same length as the line, so that columns are right.
    const rest = line.replace(/^([\s"]*)0x/i, '$1  ');
    const digits = rest.replaceAll(/[\s"]/g, '');
    const wrong = rest.search(/[^\da-f\s"]/i);
    if (wrong < 0 && digits.length % 2 === 0) return [hexToBytes(`0x${digits}`)];
    const found =
      wrong < 0
        ? `an odd number of digits, ${digits.length}`
        : `\`${line[wrong]}\` in column ${wrong + 1}`;
    throw new UsageError(
      `\`${file}\`, line ${index + 1}: expected bytes in hex, found ${found}. ` +
        'Give binary, or hex of one piece per line.',
    );
  });
}

function kindOf(bytes: Uint8Array): Kind {
  if (bytes.length === BLOB_BYTES) return 'blob';
  return bytes[0] === DERIVATION_VERSION_0 || bytes.length === 0 ? 'data' : 'channel';
}
