import { assert } from '../../../base/errors.ts';

// Arithmetic on elliptic curves by mcl, a C++ library compiled to wasm. Its JavaScript classes copy
// each number in and out for each operation; here its functions are called with addresses in the
// module's own memory, and points stay there while they are worked on.
//
// An element of the base field takes 48 bytes, one of the scalar field 32; a point of G1 three
// field elements (Jacobian x, y, z; all zero at infinity), one of G2 six, one of GT twelve.

/** Numbers are addresses in the module's memory, lengths, or 1 and 0 for true and false. */
type MclFunction = (...values: readonly number[]) => number;

/** The functions of one module, which has one curve. */
export type MclModule = {
  readonly HEAP8: Int8Array;
  readonly _malloc: (bytes: number) => number;
  readonly _free: (at: number) => void;
} & { readonly [name in MclName]: MclFunction };

type MclName =
  | `_mclBn${'G1' | 'G2'}_${PointFunction}`
  | `_mclBn_${PairingFunction}`
  | FieldFunction;

type PointFunction = 'add' | 'dbl' | 'neg' | 'mul' | 'mulVec' | 'normalize' | PointQuestion;
type PointQuestion = 'isValid' | 'isValidOrder' | 'isZero' | 'isEqual' | 'deserialize';
type PairingFunction =
  | 'millerLoopVec'
  | 'finalExp'
  | 'setETHserialization'
  | 'setMapToMode'
  | 'verifyOrderG1'
  | 'verifyOrderG2'
  | 'precomputeG2'
  | 'precomputedMillerLoop2'
  | 'getUint64NumToPrecompute';
type FieldFunction =
  | '_mclBnFp_deserialize'
  | '_mclBnFp_serialize'
  | '_mclBnFp_setInt32'
  | '_mclBnFp_mapToG1'
  | '_mclBnFp2_mapToG2'
  | '_mclBnFp2_mul'
  | '_mclBnFp_mul'
  | '_mclBnFp_neg'
  | '_mclBnFr_setBigEndianMod'
  | '_mclBnFr_neg'
  | '_mclBnGT_mul'
  | '_mclBnGT_isOne';

/** Bytes of an element of the base field in the module's memory. */
export const FP = 48;
/** Bytes of a scalar. */
export const FR = 32;
/** Bytes of a point of G1. */
export const G1 = 3 * FP;
/** Bytes of a point of G2. */
export const G2 = 6 * FP;
/** Bytes of a value of a pairing. */
export const GT = 12 * FP;

/** Alt-bn128 and BLS12-381. */
export type MclCurve = 'bn254' | 'bls12381';

const CURVES = { bn254: 4, bls12381: 5 } as const;

/** The map to a point that EIP-2537 prescribes, that of RFC 9380. */
const MAP_OF_RFC_9380 = 5;

/** What is used of the package; its types leave out `mod`, the module that was loaded last. */
type MclPackage = {
  readonly init: (curve: number) => Promise<void>;
  readonly mod: MclModule;
};

/** A loader that knows this kind of package gives its exports, others put them in `default`. */
type Imported = MclPackage & { readonly default?: MclPackage };

let loading: Promise<unknown> = Promise.resolve();

/**
 * A module for `curve`, ready after some 60 ms. No operation checks subgroups of its own accord,
 * and elements of the field are read and written as their bytes in the order of the curve.
 */
export function loadMcl(curve: MclCurve): Promise<MclModule> {
  // The package hands out its modules through one variable, so one is loaded at a time.
  const turn = loading.then(async () => {
    const imported = (await import('mcl-wasm')) as unknown as Imported;
    const mcl = imported.default ?? imported;
    await mcl.init(CURVES[curve]);
    const module = mcl.mod;
    module._mclBn_verifyOrderG1(0);
    module._mclBn_verifyOrderG2(0);
    if (curve === 'bls12381') {
      module._mclBn_setMapToMode(MAP_OF_RFC_9380);
      module._mclBn_setETHserialization(1);
    }
    return module;
  });
  loading = turn.catch(() => undefined);
  return turn;
}

/** Memory of a module. It lives as long as the module, or until it is freed. */
export function allocate(module: MclModule, bytes: number): number {
  const at = module._malloc(bytes);
  assert(at !== 0, `mcl has no ${bytes} bytes left`);
  return at;
}

/** The module's memory now; a later allocation may move it. */
export function memoryOf(module: MclModule): Uint8Array {
  const { buffer, byteOffset, byteLength } = module.HEAP8;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** True when all of `bytes` are zero. */
export function isZeroBytes(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** What a precompile was given is no field element, no point, or outside the subgroup. */
export class BadPointError extends Error {
  override readonly name = 'BadPointError';
}
