import { bytesToHex } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { type ConfigObject, isAbsent, readObject, show } from '../protocol/configFields.ts';
import { FORKS } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import { orderedTrieRoot } from '../protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { headerFromRpc } from '../protocol/rpcHeader.ts';

/**
 * Compares a header that a fixture also has field by field with the encoded one; fields that it
 * leaves out are not compared.
 *
 * @param key Its name in `object`, which may leave it out.
 * @throws ConfigError naming the first field that is different; DecodeError.
 */
export function assertHeaderForm(object: ConfigObject, key: string, encoded: Header): void {
  if (isAbsent(object, key)) return;
  const fields = readObject(object, key);
  const listed = headerFromRpc(fields.values);
  for (const name of Object.keys(encoded) as (keyof Header)[]) {
    const [expected, found] = [printed(encoded[name]), printed(listed[name])];
    if (expected === found || listed[name] === undefined) continue;
    const accepted = `${expected}, as \`${key}Rlp\` says`;
    throw new ConfigError(`${fields.path}.${name}`, found, accepted);
  }
}

/** Compares `transactionsRoot`, where it is, with the transactions. @throws ConfigError */
export function assertTransactionsRoot(
  file: ConfigObject,
  { transactions }: PayloadAttributes,
): void {
  const found = file.values['transactionsRoot'] ?? undefined;
  if (found === undefined) return;
  const root = orderedTrieRoot(transactions);
  if (typeof found === 'string' && found.toLowerCase() === root) return;
  const accepted = `\`${root}\`, the root of \`attributes.transactions\``;
  throw new ConfigError('transactionsRoot', show(found), accepted);
}

/**
 * Compares `activeForks` with the fork times of the rollup config at the block's time. A fork
 * without a time there is as the list says, and names that are no forks of ours say nothing.
 *
 * @throws ConfigError
 */
export function assertActiveForks(
  active: readonly unknown[],
  rollup: ConfigObject | undefined,
  timeOf: (value: unknown) => bigint,
  { timestamp }: PayloadAttributes,
): void {
  for (const fork of FORKS) {
    // It changes nothing that is executed.
    if (fork === 'delta') continue;
    const key = `${fork}_time`;
    if (rollup === undefined || isAbsent(rollup, key)) continue;
    const time = timeOf(rollup.values[key]);
    if (active.includes(fork) === time <= timestamp) continue;
    const verb = time <= timestamp ? 'with' : 'without';
    const reason = `\`rollupConfig.${key}\` is ${time} and the block's time ${timestamp}`;
    const accepted = `a list ${verb} ${fork}, as ${reason}`;
    throw new ConfigError('activeForks', show(active), accepted);
  }
}

function printed(value: Header[keyof Header]): string {
  if (value instanceof Uint8Array) return bytesToHex(value);
  return value === undefined ? 'nothing' : `${value}`;
}
