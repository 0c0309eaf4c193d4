/** The test runner under another name, so that the shim can stand in its place. */
declare module 'vitest-itself' {
  export { expect } from 'vitest';
}
