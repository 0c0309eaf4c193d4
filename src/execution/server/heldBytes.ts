/**
 * Bytes that a port holds for its callers: requests until they are answered, and answers until
 * they are taken. Many callers who send or take nothing must not fill the memory together, though
 * none of them alone holds too much.
 */
export type HeldBytes = {
  /** `letGo` ends the connection of this caller, when there is too much and it holds most of it. */
  readonly open: (letGo: () => void) => CallerBytes;
};

/** What is held for one caller. */
export type CallerBytes = {
  /** So many more, or fewer where negative. */
  readonly add: (bytes: number) => void;
  /** Nothing any more. Once more is harmless. */
  readonly close: () => void;
};

type Holder = { bytes: number; readonly letGo: () => void };

/** Holds at most `maxBytes` for all. */
export function createHeldBytes(maxBytes: number): HeldBytes {
  const holders = new Set<Holder>();
  let held = 0;
  const close = (holder: Holder): void => {
    if (holders.delete(holder)) held -= holder.bytes;
  };
  return {
    open: (letGo) => {
      const holder = { bytes: 0, letGo };
      holders.add(holder);
      return {
        add: (bytes) => {
          if (!holders.has(holder)) return;
          holder.bytes += bytes;
          held += bytes;
          if (held <= maxBytes) return;
          for (const one of mostFirst(holders)) {
            if (held <= maxBytes) break;
            close(one);
            one.letGo();
          }
        },
        close: () => close(holder),
      };
    },
  };
}

function mostFirst(holders: ReadonlySet<Holder>): readonly Holder[] {
  return [...holders].toSorted((a, b) => b.bytes - a.bytes);
}
