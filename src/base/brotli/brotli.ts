import type { Decompress } from '../inflate.ts';
import { faultyBrotli, longerThanItsStream, type PrefixLength } from './brotliFaults.ts';
import { decodeBrotli } from './decodeBrotli.ts';

/**
 * Pure brotli decompression, for places without a native one. Of a broken stream it yields what the
 * reference does.
 */
export const decompressBrotliPure: Decompress = (data, capBytes) => {
  const { bytes, ending, readBytes } = decodeBrotli(data, capBytes);
  if (ending === 'truncated') return { bytes, ending };
  if (ending !== 'clean') return faultyBrotli(data, capBytes, prefixLength);
  if (readBytes === data.length) return { bytes, ending };
  return longerThanItsStream(data, bytes, readBytes, prefixLength);
};

const prefixLength: PrefixLength = (beginning, capBytes) => {
  const { bytes, ending } = decodeBrotli(beginning, capBytes);
  return ending === 'truncated' || ending === 'clean' ? bytes.length : undefined;
};
