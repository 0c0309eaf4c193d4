/** Why no test can notice a mutant. */
type Explanation = {
  /** Part of the mutant's name, or a pattern that it matches. */
  readonly mutant: string | RegExp;
  readonly reason: string;
};

const EXPLANATIONS: readonly Explanation[] = [
  {
    mutant: /\| if \(!\(error instanceof DecodeError\)\) throw error; \| .* -> false$/,
    reason: 'what is thrown here is a DecodeError unless our own code is at fault',
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
    mutant: /channelBank\.ts \| if \(endFrameNumber !== undefined && .* \| >= -> >$/,
    reason: 'the closing frame itself is kept, so another of its number is a duplicate',
  },
];

/** The reason why no test can notice the mutant of this name, if that is known. */
export function whyUnnoticed(name: string): string | undefined {
  return EXPLANATIONS.find(({ mutant }) =>
    typeof mutant === 'string' ? name.includes(mutant) : mutant.test(name),
  )?.reason;
}
