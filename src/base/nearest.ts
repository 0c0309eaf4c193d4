/** Words that are worth a suggestion. */
const MAX_SUGGESTIONS = 3;

/** Longer texts are no mistyped names. */
const MAX_CHARS = 64;

/**
 * Those of `known` that somebody may have meant who typed `word`: what it begins, and what differs
 * in a third of its letters at most. The nearest first, three at most.
 */
export function nearestWords(word: string, known: readonly string[]): readonly string[] {
  if (word === '' || word.length > MAX_CHARS) return [];
  const most = Math.max(1, Math.floor(word.length / 3));
  return known
    .map((name) => ({ name, distance: name.startsWith(word) ? 0 : editDistance(word, name) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

/** Letters to put in, take out or change, by Wagner and Fischer; a row of their table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const change = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
