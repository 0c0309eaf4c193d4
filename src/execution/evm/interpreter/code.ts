import type { Hash } from '../../../base/bytes.ts';
import { wordOf } from './words.ts';

/** Code with what is known of it. */
export type AnalyzedCode = {
  readonly bytes: Uint8Array;
  /** 1 where a jump may go. */
  readonly jumpDests: Uint8Array;
  /** Words that PUSH instructions push, by their position; filled when first run. */
  readonly pushed: (bigint | undefined)[];
};

/** Analyzed code by hash. */
export type CodeCache = Map<Hash, AnalyzedCode>;

/** Contracts whose analysis is kept; 24 kB of code take about 250 kB. */
const MAX_ANALYZED = 512;

/** Analyzes `bytes`. */
export function analyzeCode(bytes: Uint8Array): AnalyzedCode {
  const jumpDests = new Uint8Array(bytes.length);
  for (let pc = 0; pc < bytes.length; pc++) {
    const opcode = bytes[pc] as number;
    if (opcode === 0x5b) jumpDests[pc] = 1;
    else if (opcode >= 0x60 && opcode <= 0x7f) pc += opcode - 0x5f;
  }
  return { bytes, jumpDests, pushed: [] };
}

/** The analysis of code whose hash is known, kept for the next time. */
export function analyzedByHash(cache: CodeCache, hash: Hash, bytes: Uint8Array): AnalyzedCode {
  const known = cache.get(hash);
  if (known !== undefined) return known;
  const analyzed = analyzeCode(bytes);
  if (cache.size >= MAX_ANALYZED) cache.delete(cache.keys().next().value as Hash);
  cache.set(hash, analyzed);
  return analyzed;
}

/** The word that the PUSH of `length` bytes at `pc` pushes; code ends in endless zeros. */
export function pushedWord(code: AnalyzedCode, pc: number, length: number): bigint {
  const known = code.pushed[pc];
  if (known !== undefined) return known;
  const { bytes } = code;
  const found = bytes.subarray(pc + 1, pc + 1 + length);
  const word = wordOf(found) << BigInt(8 * (length - found.length));
  code.pushed[pc] = word;
  return word;
}
