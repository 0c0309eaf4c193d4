import type { Hash } from '../../../base/bytes.ts';
import { wordOf } from './words.ts';

/** Code with what is known of it. */
export type AnalyzedCode = {
  readonly bytes: Uint8Array;
  readonly jumpDests: JumpDests;
  /** Words that PUSH instructions push, by their position; filled when first run. */
  readonly pushed: (bigint | undefined)[];
};

/** A bit for each position, the lowest first: 1 where a jump may go. */
type JumpDests = Uint8Array;

/**
 * Analyzed code by hash. Finding the jump destinations takes 80 microseconds for 24 kB, and a call
 * to a warm contract costs 100 gas: so they are kept while a message runs, however many there are,
 * as 3 kB for each contract. The first call to each costs 2600.
 */
export type CodeCache = {
  readonly recent: Map<Hash, AnalyzedCode>;
  readonly jumpDests: Map<Hash, JumpDests>;
};

/** Contracts whose pushed words are kept; those of 24 kB of code take about 250 kB. */
const MAX_RECENT = 512;

/** Contracts whose jump destinations are kept from message to message. */
const MAX_JUMP_DESTS = 8192;

/** A cache without code. */
export function newCodeCache(): CodeCache {
  return { recent: new Map(), jumpDests: new Map() };
}

/** Makes room where a message left too much. */
export function trimCodeCache({ jumpDests }: CodeCache): void {
  if (jumpDests.size > MAX_JUMP_DESTS) jumpDests.clear();
}

/** Analyzes `bytes`. */
export function analyzeCode(bytes: Uint8Array): AnalyzedCode {
  return { bytes, jumpDests: jumpDestsOf(bytes), pushed: [] };
}

function jumpDestsOf(bytes: Uint8Array): JumpDests {
  const jumpDests = new Uint8Array((bytes.length + 7) >> 3);
  for (let pc = 0; pc < bytes.length; pc++) {
    const opcode = bytes[pc] as number;
    if (opcode === 0x5b) jumpDests[pc >> 3] = (jumpDests[pc >> 3] as number) | (1 << (pc & 7));
    else if (opcode >= 0x60 && opcode <= 0x7f) pc += opcode - 0x5f;
  }
  return jumpDests;
}

/** True when a jump may go to `target`. */
export function isJumpDest({ bytes, jumpDests }: AnalyzedCode, target: number): boolean {
  if (!(target < bytes.length)) return false;
  return (((jumpDests[target >> 3] as number) >> (target & 7)) & 1) === 1;
}

/** The analysis of code whose hash is known, kept for the next time. */
export function analyzedByHash(cache: CodeCache, hash: Hash, bytes: Uint8Array): AnalyzedCode {
  const { recent, jumpDests } = cache;
  const known = recent.get(hash);
  if (known !== undefined) return known;
  const found = jumpDests.get(hash) ?? jumpDestsOf(bytes);
  jumpDests.set(hash, found);
  const analyzed: AnalyzedCode = { bytes, jumpDests: found, pushed: [] };
  if (recent.size >= MAX_RECENT) recent.delete(recent.keys().next().value as Hash);
  recent.set(hash, analyzed);
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
