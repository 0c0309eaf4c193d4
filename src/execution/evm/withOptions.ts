import type { Evm, RunOptions } from './port.ts';

/** The same EVM, with `options` for each of its runs. */
export function withOptions(evm: Evm, options: RunOptions): Evm {
  return { ...evm, run: (state, block, message) => evm.run(state, block, message, options) };
}
