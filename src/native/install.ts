import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { installHashes } from '../base/hash.ts';
import { installDecompressors } from '../base/inflate.ts';
import { installKzgVerifier } from '../base/kzgProof.ts';
import { installRecoverAhead, installRecovery, type RecoverPublicKey } from '../base/secp256k1.ts';
import { decompressBrotliNative, inflateZlibNative } from './decompress.ts';
import { wasmKeccak256 } from './keccak.ts';
import { createKzgVerifier } from './kzgProof.ts';
import { createRecoverAhead } from './recoverAhead.ts';

/** Which implementation each port runs on. */
export type NativeReport = {
  readonly keccak256: 'wasm' | 'js';
  readonly recovery: 'native' | 'js';
};

type Secp256k1 = typeof import('secp256k1');

/**
 * Installs the fast digests, signature recovery and decompressors, once, before anything else. A
 * port whose fast version cannot be loaded keeps the pure one, and the report says so.
 *
 * With native recovery, senders of many transactions are recovered on a thread, which does not keep
 * the process alive. Where it fails the process warns, once, and goes on without. The same holds
 * for proofs of KZG, whose thread starts when some have been verified without.
 */
export async function installNative(): Promise<NativeReport> {
  installHashes({
    keccak256: wasmKeccak256(),
    sha256: (data) => new Uint8Array(hash('sha256', data, 'buffer')),
  });
  installKzgVerifier(createKzgVerifier({ onFault: warn }));
  installDecompressors({ zlib: inflateZlibNative, brotli: decompressBrotliNative });
  return { keccak256: 'wasm', recovery: installNativeRecovery() };
}

function installNativeRecovery(): 'native' | 'js' {
  let native: Secp256k1;
  try {
    // The package's own entry falls back to slow code in silence; its bindings do not.
    native = createRequire(import.meta.url)('secp256k1/bindings') as Secp256k1;
  } catch {
    return 'js';
  }
  const recover: RecoverPublicKey = (hash, signature, yParity) => {
    try {
      return native.ecdsaRecover(signature, yParity, hash, false);
    } catch {
      return undefined;
    }
  };
  installRecovery(recover);
  installRecoverAhead(createRecoverAhead(recover, { onFault: warn }));
  return 'native';
}

function warn(message: string): void {
  process.emitWarning(message);
}
