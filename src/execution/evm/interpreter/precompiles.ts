import type { Common } from '@ethereumjs/common';
import {
  type ExecResult,
  getActivePrecompiles,
  paramsEVM,
  type PrecompileFunc,
} from '@ethereumjs/evm';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { type Address, bigintToBytes, concatBytes, EMPTY_BYTES } from '../../../base/bytes.ts';
import { sha256 } from '../../../base/hash.ts';
import { tryVerifyKzgProof } from '../../../base/kzgProof.ts';
import { precompilesOf } from '../ethereumjs/precompiles.ts';
import { hasRules, p256VerifyGas } from '../forkRules.ts';
import type { EvmFork } from '../port.ts';
import { BLAKE2F_INPUT_BYTES, blake2f } from '../precompiles/blake2f.ts';
import { loadBls12381 } from '../precompiles/bls12381.ts';
import { loadBn254 } from '../precompiles/bn254.ts';
import { type Lazy, lazily } from '../precompiles/lazy.ts';
import { BadPointError } from '../precompiles/mcl.ts';
import { modexp, modexpGas, modexpLengths } from '../precompiles/modexp.ts';
import { createP256Verifier, type VerifyP256 } from '../precompiles/p256Verify.ts';
import { loadKzgVerifier } from '../precompiles/pointEvaluation.ts';

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

// Curves are loaded once for all forks, when a call first needs them: some 60 ms each.
const bn254 = lazily(loadBn254);
const bls = lazily(loadBls12381);
const kzg = lazily(loadKzgVerifier);
let p256: VerifyP256 | undefined;

/** What the precompiles of @ethereumjs/evm ask of their EVM. They run when it has been loaded. */
const ENGINE = {
  get _bn254() {
    return bn254.loaded;
  },
  get _bls() {
    return bls.loaded;
  },
};

/**
 * The precompiles of `fork`: those of its Ethereum rule set with the changes of the OP Stack. Gas
 * and form are those of @ethereumjs/evm, the arithmetic is faster.
 */
export function createPrecompiles(
  fork: EvmFork,
  common: Common,
  osaka: Common,
): ReadonlyMap<Address, Precompile> {
  common.updateParams(paramsEVM);
  osaka.updateParams(paramsEVM);
  const custom = precompilesOf(fork, common, osaka);
  const map = new Map<Address, Precompile>();
  for (const [key, run] of getActivePrecompiles(common, custom)) {
    const number = Number.parseInt(key, 16);
    map.set(`0x${key}`, ownPrecompile(fork, number) ?? adapted(run, common, curveOf(number)));
  }
  return map;
}

function ownPrecompile(fork: EvmFork, number: number): Precompile | undefined {
  if (number === 0x02) return wordByWord(60, 12, sha256);
  if (number === 0x03) return wordByWord(600, 120, (data) => leftPadded(ripemd160(data)));
  if (number === 0x04) return wordByWord(15, 3, (data) => data);
  if (number === 0x05) return modexpOf(fork);
  if (number === 0x06) return curveOperation(150, 128, 'add');
  if (number === 0x07) return curveOperation(6000, 96, 'mul');
  if (number === 0x09) return compression;
  if (number === 0x0a) return whenLoaded(kzg, pointEvaluation);
  const gas = number === 0x100 ? p256VerifyGas(fork) : undefined;
  if (gas === undefined) return undefined;
  return (data, passed) => {
    if (passed < gas) return failed(passed);
    const verify = (p256 ??= createP256Verifier());
    const isGood = data.length === 160 && verify(data);
    return succeeded(Number(gas), isGood ? ONE : EMPTY_BYTES);
  };
}

function curveOf(number: number): Lazy<unknown> | undefined {
  if (number === 0x08) return bn254;
  return number >= 0x0b && number <= 0x11 ? bls : undefined;
}

/** A function of its whole input, which costs `base` and `each` for each word that begins. */
function wordByWord(base: number, each: number, run: (data: Uint8Array) => Uint8Array): Precompile {
  return (data, gas) => {
    const price = base + each * Math.ceil(data.length / WORD);
    return price > gas ? failed(gas) : succeeded(price, run(data));
  };
}

function leftPadded(digest: Uint8Array): Uint8Array {
  const word = new Uint8Array(WORD);
  word.set(digest, WORD - digest.length);
  return word;
}

/** ECADD or ECMUL over the first bytes of the input, or as many with zeros behind it. */
function curveOperation(price: number, inputBytes: number, name: 'add' | 'mul'): Precompile {
  return whenLoaded(bn254, (curve, data, gas) => {
    if (price > gas) return failed(gas);
    const input = new Uint8Array(inputBytes);
    input.set(data.subarray(0, inputBytes));
    try {
      return succeeded(price, curve[name](input));
    } catch (error) {
      if (error instanceof BadPointError) return failed(gas);
      throw error;
    }
  });
}

/** MODEXP; EIP-7823 limits the operands to 1024 bytes each. */
function modexpOf(fork: EvmFork): Precompile {
  const isOsaka = hasRules(fork, 'karst');
  return (data, gas) => {
    const lengths = modexpLengths(data);
    const { base, exponent, modulus } = lengths;
    const isLong = base > 1024n || exponent > 1024n || modulus > 1024n;
    if (isOsaka && isLong) return failed(gas);
    const price = modexpGas(data, lengths, isOsaka ? 'eip7883' : 'eip2565');
    if (price > BigInt(gas)) return failed(gas);
    return succeeded(Number(price), modexp(data, lengths));
  };
}

/** BLAKE2F of EIP-152: a gas for each round. */
function compression(data: Uint8Array, gas: number): PrecompileResult {
  const last = data[BLAKE2F_INPUT_BYTES - 1];
  if (data.length !== BLAKE2F_INPUT_BYTES || (last !== 0 && last !== 1)) return failed(gas);
  const rounds = new DataView(data.buffer, data.byteOffset).getUint32(0);
  return rounds > gas ? failed(gas) : succeeded(rounds, blake2f(data));
}

/** Point evaluation of EIP-4844: versioned hash, z, y, commitment, proof. */
function pointEvaluation(
  verify: NonNullable<(typeof kzg)['loaded']>,
  data: Uint8Array,
  gas: number,
): PrecompileResult {
  if (gas < POINT_EVALUATION_GAS || data.length !== 192) return failed(gas);
  const commitment = data.subarray(96, 144);
  const hash = sha256(commitment);
  const isHash = data[0] === 1 && hash.every((byte, i) => i === 0 || byte === data[i]);
  if (!isHash) return failed(gas);
  const [z, y, proof] = [data.subarray(32, 64), data.subarray(64, 96), data.subarray(144)];
  const isProven = tryVerifyKzgProof(commitment, z, y, proof) ?? verify(commitment, z, y, proof);
  return isProven ? succeeded(POINT_EVALUATION_GAS, POINT_EVALUATION_OUTPUT) : failed(gas);
}

function whenLoaded<T>(
  lazy: Lazy<T>,
  run: (loaded: T, data: Uint8Array, gas: number) => PrecompileResult,
): Precompile {
  return (data, gas) => {
    const { loaded } = lazy;
    if (loaded !== undefined) return run(loaded, data, gas);
    return lazy.load().then((fresh) => run(fresh, data, gas));
  };
}

function adapted(
  run: PrecompileFunc,
  common: Common,
  curve: Lazy<unknown> | undefined,
): Precompile {
  const now = (data: Uint8Array, gas: number): PrecompileResult | Promise<PrecompileResult> => {
    const result = run({ data, gasLimit: BigInt(gas), common, _EVM: ENGINE as never });
    return result instanceof Promise
      ? result.then((ended) => toResult(ended, gas))
      : toResult(result, gas);
  };
  if (curve === undefined) return now;
  return (data, gas) =>
    curve.loaded === undefined ? curve.load().then(() => now(data, gas)) : now(data, gas);
}

function toResult(ended: ExecResult, gas: number): PrecompileResult {
  if (ended.exceptionError !== undefined) return failed(gas);
  return succeeded(Number(ended.executionGasUsed), ended.returnValue);
}

function succeeded(gasUsed: number, output: Uint8Array): PrecompileResult {
  return { succeeded: true, gasUsed, output };
}

function failed(gas: number): PrecompileResult {
  return { succeeded: false, gasUsed: gas, output: EMPTY_BYTES };
}

const WORD = 32;
const POINT_EVALUATION_GAS = 50_000;
const ONE = bigintToBytes(1n, 32);

/** Field elements of a blob, and the order of the scalars. */
const POINT_EVALUATION_OUTPUT = concatBytes(
  bigintToBytes(4096n, 32),
  bigintToBytes(0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n, 32),
);
