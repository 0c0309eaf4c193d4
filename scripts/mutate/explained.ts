/** Mutants that no test can notice, by name, and why not. */
export const EXPLAINED: ReadonlyMap<string, string> = new Map([]);
