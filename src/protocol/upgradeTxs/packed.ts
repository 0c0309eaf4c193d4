import { inflate } from 'pako';

/** Bytes of a constant that was deflated and written in base64. @throws on anything else. */
export function unpack(text: string): Uint8Array {
  return inflate(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}
