import type { Common } from '@ethereumjs/common';
import {
  type ExecResult,
  getActivePrecompiles,
  NobleBLS,
  NobleBN254,
  paramsEVM,
  type PrecompileFunc,
} from '@ethereumjs/evm';
import { type Address, EMPTY_BYTES } from '../../../base/bytes.ts';
import { precompilesOf } from '../ethereumjs/precompiles.ts';
import type { EvmFork } from '../port.ts';

/** How a precompile ended; `gasUsed` is what was passed when it failed. */
export type PrecompileResult = {
  readonly succeeded: boolean;
  readonly gasUsed: number;
  readonly output: Uint8Array;
};

/** A precompile over its input and the gas passed to it. */
export type Precompile = (
  data: Uint8Array,
  gas: number,
) => PrecompileResult | Promise<PrecompileResult>;

/** The precompiles of `fork`: those of its Ethereum rule set with the changes of the OP Stack. */
export function createPrecompiles(
  fork: EvmFork,
  common: Common,
  osaka: Common,
): ReadonlyMap<Address, Precompile> {
  const engine = { _bn254: new NobleBN254(), _bls: new NobleBLS() } as never;
  common.updateParams(paramsEVM);
  osaka.updateParams(paramsEVM);
  const custom = precompilesOf(fork, common, osaka);
  const map = new Map<Address, Precompile>();
  for (const [key, run] of getActivePrecompiles(common, custom)) {
    map.set(`0x${key}`, adapted(run, common, engine));
  }
  return map;
}

function adapted(run: PrecompileFunc, common: Common, engine: never): Precompile {
  return (data, gas) => {
    const result = run({ data, gasLimit: BigInt(gas), common, _EVM: engine });
    return result instanceof Promise
      ? result.then((ended) => toResult(ended, gas))
      : toResult(result, gas);
  };
}

function toResult(ended: ExecResult, gas: number): PrecompileResult {
  if (ended.exceptionError !== undefined) {
    return { succeeded: false, gasUsed: gas, output: EMPTY_BYTES };
  }
  return { succeeded: true, gasUsed: Number(ended.executionGasUsed), output: ended.returnValue };
}
