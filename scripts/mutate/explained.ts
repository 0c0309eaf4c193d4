/** Why no test can notice a mutant. */
type Explanation = {
  /** Part of the mutant's name, or a pattern that it matches. */
  readonly mutant: string | RegExp;
  readonly reason: string;
};

/** One that is too small fails a test. */
const BUFFER_SIZE = 'decides only how large a buffer is, and makes none too small';

const EXPLANATIONS: readonly Explanation[] = [
  {
    mutant: /\| if \(!\(error instanceof DecodeError\)\) throw error; \| .* -> false$/,
    reason: 'what is thrown here is a DecodeError unless our own code is at fault',
  },
  {
    mutant:
      'lostRead.ts | if (faultReadBytes === undefined) return { bytes, ending }; | ' +
      'faultReadBytes === undefined -> false',
    reason: 'for the compiler: without a number no place is found, and everything is kept',
  },
  {
    mutant: 'l1Window.ts | if (first !== undefined && parent.l1Origin.number > first.ref.number) {',
    reason: 'spares a search that finds nothing, or the first place, and then changes nothing',
  },
  {
    mutant: 'l1Window.ts | if (passed > 0) window.blocks.splice(0, passed); | passed > 0 -> true',
    reason: 'a splice of none, or of less than none, changes nothing',
  },
  {
    mutant: 'l1Window.ts | if (passed > 0) window.blocks.splice(0, passed); | > -> >=',
    reason: 'a splice of none changes nothing',
  },
  {
    mutant: 'l1Window.ts | return index >= 0n && index < BigInt(window.blocks.length) |',
    reason: 'an index outside finds undefined as well; the bounds keep it a small number',
  },
  {
    mutant: 'holocene.ts | if (state.channels.type ===',
    reason: 'both stages are switched together, so either tells',
  },
  {
    mutant: 'channelBank.ts | if (frame.frameNumber < channel.highestFrameNumber) { | < -> <=',
    reason: 'a frame of the highest number is a duplicate, or the first one: nothing to forget',
  },
  {
    mutant: 'channelBank.ts | highestFrameNumber: 0, | 0 -> 1',
    reason: 'only a closing frame 0 lies below 1, and its channel has no other frame',
  },
  {
    mutant:
      'channelBank.ts | if (number >= frame.frameNumber) channel.frames.delete(number); | >= -> >',
    reason: 'had the channel a frame of that number, this one would be a duplicate',
  },
  {
    mutant: /channelBank\.ts \| if \(endFrameNumber !== undefined && .* \| >= -> >$/,
    reason: 'the closing frame itself is kept, so another of its number is a duplicate',
  },
  {
    mutant: 'batchStage.ts | if (channels.type ===',
    reason: 'a flush happens in the stage only, and both stages are switched together',
  },
  {
    mutant: / \| assert\(.* -> ;$/,
    reason: 'says what the rules have seen to, so nothing can break it',
  },
  {
    mutant:
      'pipeline.ts | if (mismatch !== undefined) return mismatch; | mismatch !== undefined -> f',
    reason: 'rules and spans are asked with this very head; the specification asks again',
  },
  {
    mutant: /pipeline\.ts \| (?:retrieval|frames): \{ .* \| 0 -> 1$/,
    reason: 'nothing is next in an empty list, whatever the place',
  },
  {
    mutant: 'deriveChain.ts | if (head.ref.hash !== pendingSafe.hash) head =',
    reason: 'spares reading the head again',
  },
  {
    mutant: 'channel.ts | const ZLIB_HEADER = ',
    reason: 'with a bad header the decoder of broken streams has its turn, which reads past it',
  },
  {
    mutant: 'frame.ts | encoded[0] = DERIVATION_VERSION_0; |',
    reason: 'the version is 0, and so are new bytes',
  },
  {
    mutant: 'spanBatch.ts | if (blockCount > cursor.data.length - cursor.offset) { |',
    reason: 'spares an allocation: the integers that are missing are missed all the same',
  },
  {
    mutant: 'spanBatchTx.ts | const LEGACY = -1; |',
    reason: 'any number that is no transaction type will do',
  },
  { mutant: 'spanBatchTx.ts | const MAX_COLUMN_BYTES = ', reason: BUFFER_SIZE },
  { mutant: 'spanBatchTx.ts | const CHUNK_BYTES = ', reason: BUFFER_SIZE },
  { mutant: /spanBatchTx\.ts \| const needed = .* \| - -> \+$/, reason: BUFFER_SIZE },
  { mutant: 'spanBatchTx.ts | const rest = ', reason: BUFFER_SIZE },
  { mutant: /spanBatchTx\.ts \| if \(progress\.at \+ .* -> (?:false|<)$/, reason: BUFFER_SIZE },
  { mutant: 'spanBatchTx.ts | progress.at = 0; | 0 -> 1', reason: BUFFER_SIZE },
  {
    mutant: /spanBatchTx\.ts \| (?:at: 0,|fields: \{ start: 0)/,
    reason: 'written before it is read',
  },
  {
    mutant: 'spanBatchTx.ts | const type = first > 0x7f ? LEGACY : first; | 0x7f -> 128',
    reason: 'a first byte of 0x80 is refused when the columns are split',
  },
  {
    mutant: 'spanBatchTx.ts | let recipientAt = -1; |',
    reason: 'any negative number stands for none',
  },
  {
    mutant: /spanBatchTxLists\.ts \| if \(offset < limit && .* -> false$/,
    reason: 'a fast path: the walk behind it comes to the same',
  },
  {
    mutant: 'spanBatchTxWrite.ts | if (length > 60) out.set(from.subarray(start, end), at); |',
    reason: 'chooses the faster of two ways to copy',
  },
];

/** The reason why no test can notice the mutant of this name, if that is known. */
export function whyUnnoticed(name: string): string | undefined {
  return EXPLANATIONS.find(({ mutant }) =>
    typeof mutant === 'string' ? name.includes(mutant) : mutant.test(name),
  )?.reason;
}
