import { type Common } from '@ethereumjs/common';
import {
  type CustomPrecompile,
  EVMError,
  type ExecResult,
  getActivePrecompiles,
  type PrecompileInput,
} from '@ethereumjs/evm';
import { createAddressFromString } from '@ethereumjs/util';
import { bytesToBigint, EMPTY_BYTES, hexToBytes } from '../../../base/bytes.ts';
import { recoverAddress } from '../../../base/secp256k1.ts';
import { hasRules, inputLimits, p256VerifyGas } from '../forkRules.ts';
import { loadKzgSetup } from '../kzgProof.ts';
import type { EvmFork } from '../port.ts';

type Precompile = (input: PrecompileInput) => Promise<ExecResult> | ExecResult;

/**
 * Precompiles of `fork` that differ from those of its Ethereum rule set: input limits, the price
 * of P256VERIFY, and signature recovery by our own port.
 *
 * @param common Rule set of the fork. `osaka` is the first one that has P256VERIFY.
 *
 * @spec protocol/execution.md 4.2, 7.4
 */
export function precompilesOf(fork: EvmFork, common: Common, osaka: Common): CustomPrecompile[] {
  const builtIn = getActivePrecompiles(common);
  const limits = inputLimits(fork);
  const list: [string, Precompile][] = [['01', ecrecover]];
  const limited: [string, number | undefined][] = [
    ['08', limits.bn256Pairing],
    ['0c', limits.g1Msm],
    ['0e', limits.g2Msm],
    ['0f', limits.blsPairing],
  ];
  for (const [address, limit] of limited) {
    const inner = builtIn.get(address.padStart(40, '0'));
    if (limit !== undefined && inner !== undefined) list.push([address, withLimit(inner, limit)]);
  }
  const pointEvaluation = builtIn.get('0a'.padStart(40, '0'));
  if (pointEvaluation !== undefined) list.push(['0a', withKzgSetup(pointEvaluation)]);
  const p256Gas = p256VerifyGas(fork);
  const p256Verify = getActivePrecompiles(osaka).get('0100'.padStart(40, '0'));
  if (p256Verify !== undefined && p256Gas !== undefined && !hasRules(fork, 'karst')) {
    list.push(['0100', withGas(p256Verify, p256Gas)]);
  }
  return list.map(([address, run]) => ({
    address: createAddressFromString(`0x${address.padStart(40, '0')}`),
    function: run,
  }));
}

function withLimit(inner: Precompile, limit: number): Precompile {
  return (input) => (input.data.length > limit ? failed(input.gasLimit) : inner(input));
}

function withKzgSetup(inner: Precompile): Precompile {
  return async (input) => {
    await loadKzgSetup();
    return inner(input);
  };
}

function withGas(inner: Precompile, gas: bigint): Precompile {
  return async (input) => {
    if (input.gasLimit < gas) return failed(input.gasLimit);
    const { returnValue } = await inner({ ...input, gasLimit: ENOUGH_GAS });
    return { executionGasUsed: gas, returnValue };
  };
}

function failed(gasLimit: bigint): ExecResult {
  const exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
  return { executionGasUsed: gasLimit, returnValue: EMPTY_BYTES, exceptionError };
}

function ecrecover({ data, gasLimit }: PrecompileInput): ExecResult {
  if (gasLimit < ECRECOVER_GAS) return failed(gasLimit);
  const input = new Uint8Array(128);
  input.set(data.subarray(0, 128));
  const v = bytesToBigint(input.subarray(32, 64));
  const nothing = { executionGasUsed: ECRECOVER_GAS, returnValue: EMPTY_BYTES };
  if (v !== 27n && v !== 28n) return nothing;
  const address = recoverAddress(input.subarray(0, 32), input.subarray(64), v === 28n ? 1 : 0);
  if (address === undefined) return nothing;
  const returnValue = new Uint8Array(32);
  returnValue.set(hexToBytes(address), 12);
  return { executionGasUsed: ECRECOVER_GAS, returnValue };
}

const ECRECOVER_GAS = 3000n;
const ENOUGH_GAS = 1_000_000n;
