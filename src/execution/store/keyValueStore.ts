import { bytesToHex } from '../../base/bytes.ts';

/** One change of a batch; `value` undefined removes the key. */
export type KeyValueChange = {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
};

/** What the engine keeps its data in: bytes by bytes, read at once, written in atomic batches. */
export type KeyValueStore = {
  /** The folder of the data, for messages; undefined where there is none. */
  readonly directory?: string;
  /** Undefined for an unknown key. */
  readonly read: (key: Uint8Array) => Uint8Array | undefined;
  /** Writes all changes or none. A process that dies afterwards has lost nothing of them. */
  readonly write: (changes: readonly KeyValueChange[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A store that lives as long as the process. */
export function memoryKeyValueStore(): KeyValueStore {
  const values = new Map<string, Uint8Array>();
  return {
    read: (key) => values.get(bytesToHex(key)),
    write: async (changes) => {
      for (const { key, value } of changes) {
        if (value === undefined) values.delete(bytesToHex(key));
        else values.set(bytesToHex(key), value);
      }
    },
    close: async () => values.clear(),
  };
}
