import {
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  type Hash,
  hexToBytes,
} from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { tellingFaults } from '../storage/levelFault.ts';
import { type ByteLevel, openLevel } from '../storage/openLevel.ts';
import type { SafeHeadRecord, SafeHeads } from './safeHeads.ts';

// Records of safe heads in LevelDB.
//
//   key                          value
//   m                            identity: format version u8, L2 chain id u64
//   0x00 ++ L1 number u64        L1 hash (32), L2 hash (32), L2 number u64

/** Version of the format; another one is refused. */
const FORMAT_VERSION = 1;
const RECORD_BYTES = 72;
const IDENTITY_KEY = Uint8Array.of('m'.charCodeAt(0));

/**
 * The records kept in `directory`, which is made where missing. Written without waiting for the
 * disk: a killed process loses nothing; a machine that loses power, the newest records, which are
 * then found again by deriving them.
 *
 * @param flag Who named the directory, for messages.
 * @throws ConfigError when the directory cannot be used, or holds the records of another chain or
 *                     format. Its methods throw it too, when files turn out to be damaged.
 * @spec   protocol/derivation-2-attributes-engine.md 10.8
 */
export async function openSafeHeadDb(
  directory: string,
  l2ChainId: bigint,
  flag: string,
): Promise<SafeHeads> {
  const level = await openLevel(directory, flag);
  const telling = <T>(use: () => Promise<T>): Promise<T> => tellingFaults(directory, flag, use);
  try {
    await telling(() => assertIdentity(level, directory, l2ChainId, flag));
  } catch (error) {
    await level.close();
    throw error;
  }

  const read = async (range: object): Promise<SafeHeadRecord | undefined> => {
    for await (const [key, value] of level.iterator({ ...range, limit: 1 })) {
      if (value.length !== RECORD_BYTES) {
        const found = `\`${directory}\` with a record of ${value.length} bytes`;
        throw new ConfigError(flag, found, `records of ${RECORD_BYTES}; remove that folder`);
      }
      return decodeRecord(key, value);
    }
    return undefined;
  };
  const one = (range: object): Promise<SafeHeadRecord | undefined> => telling(() => read(range));
  const at = (l1Number: bigint): Promise<SafeHeadRecord | undefined> =>
    one({ gte: keyOf(0n), lte: keyOf(l1Number), reverse: true });
  const last = (): Promise<SafeHeadRecord | undefined> => at(MAX_UINT64);
  const removeFrom = (l1Number: bigint): Promise<void> =>
    telling(() => level.clear({ gte: keyOf(l1Number), lte: keyOf(MAX_UINT64) }));
  return {
    record: async (record) => {
      const newest = await last();
      if (newest !== undefined && newest.l1.number > record.l1.number) {
        await removeFrom(record.l1.number);
      }
      await telling(() => level.put(keyOf(record.l1.number), encodeRecord(record)));
    },
    at,
    last,
    removeFrom,
    firstWithL2: async (l2Number) => {
      let found: SafeHeadRecord | undefined;
      let [low, high] = [0n, ((await last())?.l1.number ?? -1n) + 1n];
      // Both numbers rise together, so the L1 number can be bisected.
      while (low < high) {
        const middle = (low + high) / 2n;
        const record = await one({ gte: keyOf(middle), lte: keyOf(MAX_UINT64) });
        if (record === undefined) high = middle;
        else if (record.l2.number >= l2Number) {
          found = record;
          high = middle;
        } else low = record.l1.number + 1n;
      }
      return found;
    },
    close: () => level.close(),
  };
}

const MAX_UINT64 = (1n << 64n) - 1n;

function keyOf(l1Number: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(0), bigintToBytes(l1Number, 8));
}

function encodeRecord({ l1, l2 }: SafeHeadRecord): Uint8Array {
  return concatBytes(hexToBytes(l1.hash), hexToBytes(l2.hash), bigintToBytes(l2.number, 8));
}

function decodeRecord(key: Uint8Array, value: Uint8Array): SafeHeadRecord {
  const hashAt = (start: number): Hash => bytesToHex(value.subarray(start, start + 32));
  return {
    l1: { number: bytesToBigint(key.subarray(1)), hash: hashAt(0) },
    l2: { number: bytesToBigint(value.subarray(64)), hash: hashAt(32) },
  };
}

async function assertIdentity(
  level: ByteLevel,
  directory: string,
  l2ChainId: bigint,
  flag: string,
): Promise<void> {
  const wanted = concatBytes(Uint8Array.of(FORMAT_VERSION), bigintToBytes(l2ChainId, 8));
  const stored: Uint8Array | undefined = await level.get(IDENTITY_KEY);
  if (stored === undefined) return level.put(IDENTITY_KEY, wanted);
  if (bytesToHex(stored) === bytesToHex(wanted)) return;
  const [version] = stored;
  const found = `those of chain ${bytesToBigint(stored.subarray(1))}, format ${version}`;
  const accepted = `the records of chain ${l2ChainId}, format ${FORMAT_VERSION}`;
  const remedy = `Give another --${flag}, or remove that folder`;
  throw new ConfigError(flag, `${found} in \`${directory}\`. ${remedy}`, accepted);
}
