import { brotliCompressSync, constants, deflateSync } from 'node:zlib';
import { concatBytes } from '../base/bytes.ts';
import { BROTLI_CHANNEL_VERSION } from '../protocol/channel.ts';

/** How a batcher compresses; the number is brotli's quality. */
export type CompressionAlgorithm = 'zlib' | 'brotli-9' | 'brotli-10' | 'brotli-11';

/**
 * A whole channel that holds `content`, by node:zlib. zlib at its best level; brotli behind the
 * version byte that tells it from zlib.
 *
 * @spec protocol/derivation.md 5.1
 */
export function compressChannel(content: Uint8Array, algorithm: CompressionAlgorithm): Uint8Array {
  if (algorithm === 'zlib') return Uint8Array.from(deflateSync(content, { level: 9 }));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: Number(algorithm.slice('brotli-'.length)),
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const stream = brotliCompressSync(content, { params });
  return concatBytes(Uint8Array.of(BROTLI_CHANNEL_VERSION), stream);
}
