import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { hexToBytes } from '../../base/bytes.ts';
import { BLOB_BYTES } from '../../protocol/blob.ts';
import { DERIVATION_VERSION_0 } from '../../protocol/frame.ts';
import { UsageError } from '../exit.ts';
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
 * @throws UsageError when there is nothing, or what looks like hex is not.
 */
export async function readPieces(
  file: string,
  kind: Kind | undefined,
  io: CliIo,
): Promise<readonly Piece[]> {
  const bytes = file === '-' ? await buffer(io.stdin) : readFileSync(pathArgument(file, io));
  const pieces = isHexText(bytes) ? hexLines(bytes.toString('latin1')) : [new Uint8Array(bytes)];
  if (pieces.length === 0 || bytes.length === 0) {
    throw new UsageError(`expected bytes or hex in \`${file}\`, found nothing`);
  }
  return pieces.map((piece) => ({ kind: kind ?? kindOf(piece), bytes: piece }));
}

function isHexText(bytes: Uint8Array): boolean {
  return /^[\s0-9a-fA-Fx"]*$/.test(Buffer.from(bytes.subarray(0, 4096)).toString('latin1'));
}

function hexLines(text: string): readonly Uint8Array[] {
  return text.split('\n').flatMap((line, index) => {
    const digits = line.replaceAll(/[\s"]/g, '');
    if (digits === '') return [];
    try {
      return [hexToBytes(digits.startsWith('0x') ? digits : `0x${digits}`)];
    } catch (cause) {
      const reason = cause instanceof RangeError ? cause.message : String(cause);
      throw new UsageError(`line ${index + 1}: ${reason}`, { cause });
    }
  });
}

function kindOf(bytes: Uint8Array): Kind {
  if (bytes.length === BLOB_BYTES) return 'blob';
  return bytes[0] === DERIVATION_VERSION_0 || bytes.length === 0 ? 'data' : 'channel';
}
