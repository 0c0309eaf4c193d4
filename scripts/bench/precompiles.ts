import { setTimeout } from 'node:timers/promises';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bigintToBytes, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/hash.ts';
import { tryVerifyKzgProof } from '../../src/base/kzgProof.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm, EvmBlock, EvmFork } from '../../src/execution/evm/port.ts';
import { openState } from '../../src/execution/state/worldState.ts';

// Speed of each precompile on inputs that cost much for their gas, through the EVM port.

type Workload = {
  readonly name: string;
  readonly fork: EvmFork;
  readonly at: number;
  readonly data: Uint8Array;
};

const CHAIN_ID = 901n;
const GAS = 1_000_000_000n;
/** Processor time that each workload is given, about. */
const BUDGET_SECONDS = 0.25;

/**
 * Prints a line per precompile: gas of a call, its processor time, Mgas/s. What a call costs that
 * runs no code at all is taken off: a transaction has paid 21,000 gas for it.
 */
export async function benchPrecompiles(): Promise<void> {
  const evm = createInterpreter(CHAIN_ID);
  await loadKzgThread();
  const nothing = { name: 'nothing', fork: 'jovian', at: 0xee, data: NOTHING } as const;
  // Once before, so that what is taken off is the time of warm code.
  for (let i = 0; i < 3; i++) await measure(evm, nothing);
  const empty = await measure(evm, nothing);
  for (const workload of workloads()) {
    const { gas, seconds } = await measure(evm, workload);
    const own = seconds - empty.seconds;
    if (own < LEAST_SECONDS) {
      console.log(`precompile  ${workload.name} (${workload.fork}): ${gas} gas in less than 1 us`);
      continue;
    }
    const each = (own * 1e6).toFixed(own > 0.001 ? 0 : 1);
    const rate = (Number(gas) / own / 1e6).toFixed(1);
    const { name, fork } = workload;
    console.log(`precompile  ${name} (${fork}): ${gas} gas in ${each} us, ${rate} Mgas/s`);
  }
}

/** Waits until the thread that verifies KZG proofs has its setup, or will not have it. */
async function loadKzgThread(): Promise<void> {
  const input = kzgInput();
  const parts = [input.subarray(96, 144), input.subarray(32, 64), input.subarray(64, 96)] as const;
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    if (tryVerifyKzgProof(...parts, input.subarray(144)) !== undefined) return;
    await setTimeout(10);
  }
}

/** What is less than this drowns in the noise of what is taken off. */
const LEAST_SECONDS = 1e-6;

const NOTHING = new Uint8Array(0);

async function measure(
  evm: Evm,
  { name, fork, at, data }: Workload,
): Promise<{ readonly gas: bigint; readonly seconds: number }> {
  const to: Address = `0x${at.toString(16).padStart(40, '0')}`;
  const call = async (): Promise<bigint> => {
    const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
    const ran = await evm.run(state, blockOf(fork), {
      caller: `0x${'ca'.repeat(20)}`,
      to,
      value: 0n,
      data,
      gasLimit: GAS,
      gasPrice: 1n,
      warmAddresses: [],
      warmSlots: [],
    });
    if (ran.status !== 'success') throw new Error(`${name}: ${ran.status} ${ran.reason}`);
    return ran.gasUsed;
  };
  const gas = await call();
  for (let i = 0; i < 20; i++) await call();
  const start = process.cpuUsage();
  let calls = 0;
  let seconds = 0;
  while (seconds < BUDGET_SECONDS) {
    for (let i = 0; i < 5; i++) await call();
    calls += 5;
    const { user, system } = process.cpuUsage(start);
    seconds = (user + system) / 1e6;
  }
  return { gas, seconds: seconds / calls };
}

function blockOf(fork: EvmFork): EvmBlock {
  return {
    fork,
    chainId: CHAIN_ID,
    number: 1n,
    timestamp: 1n,
    coinbase: `0x${'42'.repeat(20)}`,
    prevRandao: `0x${'00'.repeat(32)}`,
    gasLimit: GAS,
    baseFeePerGas: 1n,
    blockHash: () => undefined,
  };
}

function workloads(): readonly Workload[] {
  const bytes = (length: number, seed = 7) =>
    Uint8Array.from({ length }, (_, i) => (i * 151 + seed * 31 + (i >> 8)) & 0xff);
  return [
    { name: 'ecrecover', fork: 'jovian', at: 1, data: ecrecoverInput() },
    { name: 'sha256 32 B', fork: 'jovian', at: 2, data: bytes(32) },
    { name: 'sha256 64 kB', fork: 'jovian', at: 2, data: bytes(65_536) },
    { name: 'ripemd160 32 B', fork: 'jovian', at: 3, data: bytes(32) },
    { name: 'ripemd160 64 kB', fork: 'jovian', at: 3, data: bytes(65_536) },
    { name: 'identity 64 kB', fork: 'jovian', at: 4, data: bytes(65_536) },
    ...modexpWorkloads(),
    { name: 'bn254 add', fork: 'jovian', at: 6, data: bnPoints(2) },
    { name: 'bn254 mul', fork: 'jovian', at: 7, data: concatBytes(bnPoints(1), bytes(32)) },
    { name: 'bn254 pairing 2', fork: 'jovian', at: 8, data: bnPairs(2) },
    { name: 'bn254 pairing 20', fork: 'jovian', at: 8, data: bnPairs(20) },
    { name: 'blake2f 12 rounds', fork: 'jovian', at: 9, data: blakeInput(12) },
    { name: 'blake2f 100000 rounds', fork: 'jovian', at: 9, data: blakeInput(100_000) },
    { name: 'KZG point evaluation', fork: 'jovian', at: 10, data: kzgInput() },
    { name: 'BLS G1 add', fork: 'jovian', at: 0x0b, data: g1Points(2) },
    { name: 'BLS G1 MSM 1', fork: 'jovian', at: 0x0c, data: g1Msm(1) },
    { name: 'BLS G1 MSM 32', fork: 'jovian', at: 0x0c, data: g1Msm(32) },
    { name: 'BLS G1 MSM 512', fork: 'jovian', at: 0x0c, data: g1Msm(512) },
    { name: 'BLS G2 add', fork: 'jovian', at: 0x0d, data: g2Points(2) },
    { name: 'BLS G2 MSM 1', fork: 'jovian', at: 0x0e, data: g2Msm(1) },
    { name: 'BLS G2 MSM 32', fork: 'jovian', at: 0x0e, data: g2Msm(32) },
    { name: 'BLS pairing 2', fork: 'jovian', at: 0x0f, data: blsPairs(2) },
    { name: 'BLS pairing 20', fork: 'jovian', at: 0x0f, data: blsPairs(20) },
    { name: 'BLS map Fp', fork: 'jovian', at: 0x10, data: padded(bytes(47)) },
    {
      name: 'BLS map Fp2',
      fork: 'jovian',
      at: 0x11,
      data: concatBytes(padded(bytes(47)), padded(bytes(47, 9))),
    },
    { name: 'P256VERIFY', fork: 'jovian', at: 0x100, data: p256Input() },
    { name: 'P256VERIFY', fork: 'karst', at: 0x100, data: p256Input() },
  ];
}

function modexpWorkloads(): readonly Workload[] {
  const shapes: readonly (readonly [string, number, number, number, EvmFork])[] = [
    ['8 B, exponent 1024 B', 8, 1024, 8, 'jovian'],
    ['32 B, exponent 32 B', 32, 32, 32, 'jovian'],
    ['32 B, exponent 32 B', 32, 32, 32, 'karst'],
    ['64 B, exponent 64 B', 64, 64, 64, 'jovian'],
    ['128 B, exponent 3 B', 128, 3, 128, 'jovian'],
    ['256 B, exponent 3 B', 256, 3, 256, 'jovian'],
    ['256 B, exponent 256 B', 256, 256, 256, 'jovian'],
    ['256 B even, exponent 256 B', 256, 256, 256, 'jovian'],
    ['1024 B, exponent 32 B', 1024, 32, 1024, 'karst'],
  ];
  return shapes.map(([name, base, exponent, modulus, fork]) => {
    const operands = new Uint8Array(base + exponent + modulus).fill(0xff);
    const last = operands.length - 1;
    operands[last] = name.includes('even') ? 0xfe : 0xfd;
    operands[base - 1] = 0xee;
    const lengths = [base, exponent, modulus].map((n) => bigintToBytes(BigInt(n), 32));
    return { name: `modexp ${name}`, fork, at: 5, data: concatBytes(...lengths, operands) };
  });
}

function ecrecoverInput(): Uint8Array {
  const hash = sha256(new Uint8Array(1));
  const key = new Uint8Array(32).fill(5);
  const signature = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' });
  const v = bigintToBytes(27n + BigInt(signature[0] as number), 32);
  return concatBytes(hash, v, signature.subarray(1));
}

function p256Input(): Uint8Array {
  const hash = sha256(new Uint8Array(1));
  const key = new Uint8Array(32).fill(5);
  const signature = p256.sign(hash, key, { prehash: false });
  return concatBytes(hash, signature, p256.getPublicKey(key, false).subarray(1));
}

function blakeInput(rounds: number): Uint8Array {
  const data = new Uint8Array(213).fill(3);
  new DataView(data.buffer).setUint32(0, rounds);
  data[212] = 1;
  return data;
}

function word(value: bigint): Uint8Array {
  return bigintToBytes(value, 32);
}

function bnPoints(count: number): Uint8Array {
  return concatBytes(
    ...Array.from({ length: count }, (_, i) => {
      const { x, y } = bn254.G1.Point.BASE.multiply(BigInt(i + 1) * SCALE_BN).toAffine();
      return concatBytes(word(x), word(y));
    }),
  );
}

/** Pairs whose product is 1 when their number is even. */
function bnPairs(count: number): Uint8Array {
  return concatBytes(
    ...Array.from({ length: count }, (_, i) => {
      const factor = i % 2 === 0 ? SCALE_BN : bn254.fields.Fr.ORDER - SCALE_BN;
      const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
      const b = bn254.G2.Point.BASE.multiply(BigInt((i >> 1) + 3)).toAffine();
      return concatBytes(...[x, y, b.x.c1, b.x.c0, b.y.c1, b.y.c0].map(word));
    }),
  );
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(64);
  out.set(bytes, 64 - bytes.length);
  return out;
}

function field(value: bigint): Uint8Array {
  return bigintToBytes(value, 64);
}

function g1Point(factor: bigint): Uint8Array {
  const { x, y } = bls12_381.G1.Point.BASE.multiply(factor).toAffine();
  return concatBytes(field(x), field(y));
}

function g2Point(factor: bigint): Uint8Array {
  const { x, y } = bls12_381.G2.Point.BASE.multiply(factor).toAffine();
  return concatBytes(...[x.c0, x.c1, y.c0, y.c1].map(field));
}

function g1Points(count: number): Uint8Array {
  return concatBytes(...Array.from({ length: count }, (_, i) => g1Point(SCALE + BigInt(i))));
}

function g2Points(count: number): Uint8Array {
  return concatBytes(...Array.from({ length: count }, (_, i) => g2Point(SCALE + BigInt(i))));
}

function g1Msm(count: number): Uint8Array {
  const one = (i: number) => concatBytes(g1Point(SCALE + BigInt(i)), word(scalar(i)));
  return concatBytes(...Array.from({ length: count }, (_, i) => one(i)));
}

function g2Msm(count: number): Uint8Array {
  const one = (i: number) => concatBytes(g2Point(SCALE + BigInt(i)), word(scalar(i)));
  return concatBytes(...Array.from({ length: count }, (_, i) => one(i)));
}

/** Pairs whose product is 1 when their number is even. */
function blsPairs(count: number): Uint8Array {
  const order = bls12_381.fields.Fr.ORDER;
  const one = (i: number) =>
    concatBytes(g1Point(i % 2 === 0 ? SCALE : order - SCALE), g2Point(BigInt((i >> 1) + 3)));
  return concatBytes(...Array.from({ length: count }, (_, i) => one(i)));
}

/** The polynomial x: its commitment is the setup's second point, its proof the generator. */
function kzgInput(): Uint8Array {
  const commitment = hexToBytes(TAU);
  const versioned = sha256(commitment).slice();
  versioned[0] = 1;
  const proof = bls12_381.G1.Point.BASE.toBytes(true);
  return concatBytes(versioned, word(SCALE), word(SCALE), commitment, proof);
}

/** Second point of the ceremony's setup in the monomial form. */
const TAU =
  '0xad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81';

const SCALE = 2n ** 251n + 0x1234567890abcdefn;
const SCALE_BN = 2n ** 250n + 0x1234567890abcdefn;

function scalar(i: number): bigint {
  return BigInt.asUintN(256, SCALE * BigInt(i * i + 3));
}
