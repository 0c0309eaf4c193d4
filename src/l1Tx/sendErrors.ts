/**
 * What a node meant by refusing a transaction. Nodes tell by words alone, so this is the one place
 * that reads messages.
 *
 * `known`: it has it already. `underpriced`: a replacement must pay more. `nonceTooLow`: the nonce
 * was used. `nonceTooHigh`: an earlier one is missing. `reserved`: the mempool holds a transaction
 * of the other kind, with or without blobs, of this account. `other`: anything else.
 */
export type SendRefusal =
  | 'known'
  | 'underpriced'
  | 'nonceTooLow'
  | 'nonceTooHigh'
  | 'reserved'
  | 'other';

const PATTERNS: readonly (readonly [RegExp, SendRefusal])[] = [
  [/already known|already imported|alreadyknown/i, 'known'],
  [/underpriced|fee too low|gas price too low/i, 'underpriced'],
  [/nonce too low|nonce is too low/i, 'nonceTooLow'],
  [/nonce too high|nonce gap|gapped/i, 'nonceTooHigh'],
  [/already reserved/i, 'reserved'],
];

/** Meaning of a node's error. `custom` are further words for "has it already". */
export function sendRefusal(message: string, custom: readonly string[] = []): SendRefusal {
  if (custom.some((words) => words !== '' && message.includes(words))) return 'known';
  return PATTERNS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
}
