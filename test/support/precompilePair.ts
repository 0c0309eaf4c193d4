import { getActivePrecompiles } from '@ethereumjs/evm';
import { createOsakaCommon, createRuleSet } from '../../src/execution/evm/ethereumjs/ruleSet.ts';
import {
  createPrecompiles,
  type Precompile,
  type PrecompileResult,
} from '../../src/execution/evm/interpreter/precompiles.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';

const CHAIN_ID = 901n;

/** A precompile of ours, and what @ethereumjs/evm makes of the same input. */
export type PrecompilePair = {
  readonly own: Precompile;
  readonly reference: (data: Uint8Array, gas: number) => PrecompileResult;
};

/** The pair at an address, for precompiles that need no curve. */
export function precompilePair(fork: EvmFork, number: number): PrecompilePair {
  const common = createRuleSet(fork, CHAIN_ID);
  const key = number.toString(16).padStart(40, '0');
  const own = createPrecompiles(fork, common, createOsakaCommon(CHAIN_ID)).get(`0x${key}`);
  const run = getActivePrecompiles(common).get(key);
  if (own === undefined || run === undefined) throw new Error(`no precompile at 0x${key}`);
  return {
    own,
    reference: (data, gas) => {
      const ended = run({ data, gasLimit: BigInt(gas), common, _EVM: undefined as never });
      if (ended instanceof Promise) throw new Error('expected an answer, found a promise');
      const succeeded = ended.exceptionError === undefined;
      return {
        succeeded,
        gasUsed: Number(ended.executionGasUsed),
        output: succeeded ? new Uint8Array(ended.returnValue) : new Uint8Array(0),
      };
    },
  };
}
