import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bytesToBigint, bytesToHex, type Hex, hexToBytes } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { keccak256 } from '../base/hash.ts';

/** Someone who signs digests with one key. */
export type Signer = {
  readonly address: Address;
  /** Signs a digest of 32 bytes; `s` is the lower of the two. */
  readonly sign: (digest: Uint8Array) => Promise<Signature>;
};

/** A signature over a hash. Low s. */
export type Signature = { readonly yParity: 0 | 1; readonly r: bigint; readonly s: bigint };

/** Where a service's key comes from; exactly one may be given. */
export type KeySource = {
  readonly privateKey: string | undefined;
  readonly mnemonic: string | undefined;
  readonly hdPath: string | undefined;
};

/**
 * A signer that holds the key in this process.
 *
 * @throws ConfigError on anything but 32 bytes of hex.
 */
export function localSigner(privateKey: string): Signer {
  if (!/^(0x)?[0-9a-f]{64}$/i.test(privateKey)) {
    throw new ConfigError('private-key', 'something else', '32 bytes of hex');
  }
  const key = hexToBytes(privateKey.startsWith('0x') ? privateKey : `0x${privateKey}`);
  const publicKey = secp256k1.getPublicKey(key, false);
  const address: Hex = bytesToHex(keccak256(publicKey.subarray(1)).subarray(12));
  return {
    address,
    sign: (digest) => {
      const bytes = secp256k1.sign(digest, key, { prehash: false, format: 'recovered' });
      return Promise.resolve({
        yParity: (bytes[0] as number) === 0 ? 0 : 1,
        r: bytesToBigint(bytes.subarray(1, 33)),
        s: bytesToBigint(bytes.subarray(33)),
      });
    },
  };
}

/** The signer of a service. @throws ConfigError unless there is exactly one source of a key. */
export async function signerOf(source: KeySource): Promise<Signer> {
  const { privateKey, mnemonic, hdPath } = source;
  const isMnemonic = mnemonic !== undefined && mnemonic !== '';
  const isKey = privateKey !== undefined && privateKey !== '';
  if (isMnemonic === isKey) {
    const found = isKey ? 'both' : 'neither';
    throw new ConfigError('private-key', found, 'exactly one of `private-key` and `mnemonic`');
  }
  if (isKey) return localSigner(privateKey);
  const { mnemonicToAccount } = await import('viem/accounts');
  const path = (hdPath === undefined || hdPath === '' ? "m/44'/60'/0'/0/0" : hdPath) as HdPath;
  const refuse = (cause?: unknown): ConfigError =>
    new ConfigError('mnemonic', 'words that are none', 'a BIP-39 mnemonic, and a path below it', {
      cause,
    });
  let hdKey: Uint8Array | null;
  try {
    hdKey = mnemonicToAccount(mnemonic as string, { path }).getHdKey().privateKey;
  } catch (error) {
    throw refuse(error);
  }
  if (hdKey === null) throw refuse();
  return localSigner(bytesToHex(hdKey));
}

type HdPath = `m/44'/60'/${string}`;
