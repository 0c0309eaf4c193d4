/** A count with its noun, for messages: `1 byte`, `2 bytes`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
