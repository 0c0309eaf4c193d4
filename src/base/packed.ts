import { inflate } from 'pako';

/** Bytes of a constant of ours that was deflated (zlib) and written in base64. */
export function unpack(text: string): Uint8Array {
  return inflate(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}
