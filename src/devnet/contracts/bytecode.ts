import { brotliDecompressSync } from 'node:zlib';
import { bytesToHex, type Hex } from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';
import { INDEX, PACKED } from './table.generated.ts';

/** A contract of which the creation code is at hand: deployed on L1 by transactions. */
export type CreationName = (typeof INDEX.creation)[number][0];

/** A contract of which the runtime code is at hand: written into the L2 genesis. */
export type RuntimeName = (typeof INDEX.runtime)[number][0];

/** A contract whose runtime code has holes for constructor arguments. */
export type TemplateName = keyof typeof INDEX.immutables;

let unpacked: { creation: Map<string, Uint8Array>; runtime: Map<string, Uint8Array> } | undefined;

/** Creation code without constructor arguments. */
export function creationCode(name: CreationName): Hex {
  const code = codes().creation.get(name);
  assert(code !== undefined, `no creation code of ${name}`);
  return bytesToHex(code);
}

/** Runtime code; a contract of `TemplateName` needs `filledRuntimeCode`. A copy. */
export function runtimeCode(name: RuntimeName): Uint8Array {
  const code = codes().runtime.get(name);
  assert(code !== undefined, `no runtime code of ${name}`);
  return code.slice();
}

/** Runtime code with each immutable, named as in the source, written into its places. */
export function filledRuntimeCode(
  name: TemplateName,
  values: Readonly<Record<string, bigint>>,
): Uint8Array {
  const code = runtimeCode(name);
  for (const [immutable, starts] of Object.entries(INDEX.immutables[name])) {
    const value = values[immutable];
    assert(value !== undefined, `${name} needs a value for ${immutable}`);
    for (const start of starts) writeWord(code, start, value);
  }
  return code;
}

function writeWord(code: Uint8Array, start: number, value: bigint): void {
  let rest = value;
  for (let at = start + 31; at >= start; at--) {
    code[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  assert(rest === 0n, 'an immutable is at most 32 bytes');
}

/** Unpacks the table on first use: about 2 ms, so that commands without a devnet do not pay. */
function codes(): NonNullable<typeof unpacked> {
  if (unpacked !== undefined) return unpacked;
  const plain = new Uint8Array(brotliDecompressSync(Buffer.from(PACKED, 'base64')));
  let offset = 0;
  const take = (entries: readonly (readonly [string, number])[]): Map<string, Uint8Array> => {
    const found = new Map<string, Uint8Array>();
    for (const [name, length] of entries) {
      found.set(name, plain.subarray(offset, offset + length));
      offset += length;
    }
    return found;
  };
  unpacked = { creation: take(INDEX.creation), runtime: take(INDEX.runtime) };
  assert(offset === plain.length, 'the contract table is cut short');
  return unpacked;
}
