import { createRequire } from 'node:module';

/** Version of this package, as in its package.json. */
export const VERSION: string = readVersion();

function readVersion(): string {
  // The same distance from the package's root in src/ and in dist/.
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}
