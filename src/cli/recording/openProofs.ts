/** Proofs that run while what they prove is in use already. */
export type OpenProofs = {
  /**
   * Takes one in, and waits until no more than may be are open.
   *
   * @throws What the first that has failed failed with.
   */
  readonly add: (proof: Promise<void>) => Promise<void>;
  /** Waits for all that were taken in. @throws as `add` */
  readonly all: () => Promise<void>;
};

/** None yet. At most `limit` are open without anybody waiting for them. */
export function openProofs(limit: number): OpenProofs {
  // Each one here ends with the proof and all before it; the oldest that count are kept.
  const ends: Promise<void>[] = [];
  let last = Promise.resolve();
  return {
    add: async (proof) => {
      const before = last;
      last = Promise.all([before, proof]).then(() => undefined);
      // A failure is told to those who wait, and to nobody else.
      last.catch(() => undefined);
      ends.push(last);
      if (ends.length > limit) await ends.shift();
    },
    all: () => last,
  };
}
