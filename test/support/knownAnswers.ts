import { existsSync, readFileSync } from 'node:fs';
import { sharedPath } from './shared.ts';

/** Where the known answers are, for `lacksShared`. */
export const KNOWN_ANSWERS = 'data/known-answers.json';

/** One of the shared known answers: shapes of input and expected depend on the category. */
export type KnownAnswer<Input, Expected> = {
  readonly id: string;
  readonly category: string;
  readonly input: Input;
  readonly expected: Expected;
};

/** All known answers of a category, at least one; none where the shared file is missing. */
export function knownAnswers<Input, Expected>(
  category: string,
): readonly KnownAnswer<Input, Expected>[] {
  if (!existsSync(sharedPath(KNOWN_ANSWERS))) return [];
  const file = JSON.parse(readFileSync(sharedPath(KNOWN_ANSWERS), 'utf8')) as {
    readonly entries: readonly KnownAnswer<Input, Expected>[];
  };
  const found = file.entries.filter((entry) => entry.category === category);
  if (found.length === 0) throw new Error(`no known answers of category ${category}`);
  return found;
}
