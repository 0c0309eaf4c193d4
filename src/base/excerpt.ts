/** Longest excerpt of a foreign text in a message, unless told otherwise. */
const MAX_CHARS = 80;

/**
 * The beginning of a foreign text, fit for a line of a message: what is not printable is escaped as
 * in a string literal, so that neither a terminal nor a log is disturbed by it.
 *
 * @param maxChars Characters of the excerpt, escapes included; a `…` follows where more was cut.
 */
export function excerpt(text: string, maxChars = MAX_CHARS): string {
  let cut = '';
  for (const character of text) {
    const next = isPrintable(character) ? character : escaped(character);
    if (cut.length + next.length > maxChars) return `${cut}…`;
    cut += next;
  }
  return cut;
}

/** `text` whole, with what is not printable escaped, but for the ends of lines. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

/**
 * Letters, digits, punctuation, symbols and the plain space; not what steers a terminal, what
 * turns the direction of writing, or U+FFFD, which stands for bytes that are no text.
 */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|\ufffd/gu;

function isPrintable(character: string): boolean {
  return character.search(UNPRINTABLE) < 0;
}

const SHORT: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const short = SHORT[character];
  if (short !== undefined) return short;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
