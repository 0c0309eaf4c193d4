import { bytesToHex, type Hash } from '../base/bytes.ts';

// By themselves: every command looks out for them, and few have an engine.

/** A node that the state needs is not there: the store is damaged, or the witness incomplete. */
export class MissingNodeError extends Error {
  override readonly name = 'MissingNodeError';
  readonly hash: Hash;

  constructor(hash: Hash, owner: Uint8Array, depth: number) {
    const where = owner.length === 0 ? 'the account trie' : `the storage of ${bytesToHex(owner)}`;
    super(`expected trie node \`${hash}\` of ${where} at depth ${depth}, found none`);
    this.hash = hash;
  }
}

/** A record is not what was written. Names the record, and its folder, which must be made anew. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
  readonly record: string;

  /** @param directory Where it is; undefined: in no folder. */
  constructor(record: string, directory?: string, options?: { readonly cause?: unknown }) {
    const folder = directory === undefined ? 'the data' : `\`${directory}\``;
    const remedy = `Remove ${folder} and start again: all in it is derived again`;
    super(`${record} is damaged: its checksum does not fit. ${remedy}`, options);
    this.record = record;
  }
}
