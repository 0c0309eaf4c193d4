/** The last things that happened, for readers who come back at their own pace. */
export type Journal<T> = {
  readonly add: (item: T) => void;
  /** The place behind the newest: where a reader begins. */
  readonly end: () => number;
  /** What happened from a place on, oldest first. What is too old is missing. */
  readonly since: (place: number) => readonly T[];
};

/** A journal of the last `maxItems`. */
export function createJournal<T>(maxItems: number): Journal<T> {
  const items: T[] = [];
  let first = 0;
  return {
    add: (item) => {
      items.push(item);
      // Now and then, as each time moves all.
      if (items.length < 2 * maxItems) return;
      first += maxItems;
      items.splice(0, maxItems);
    },
    end: () => first + items.length,
    since: (place) => items.slice(Math.max(0, place - first, items.length - maxItems)),
  };
}
