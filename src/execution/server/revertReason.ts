import { bytesToHex } from '../../base/bytes.ts';

/** The string of `Error(string)`, if that is what a call reverted with. */
export function revertReason(output: Uint8Array): string | undefined {
  if (bytesToHex(output.subarray(0, 4)) !== '0x08c379a0' || output.length < 68) return undefined;
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const length = view.getUint32(64);
  if (68 + length > output.length) return undefined;
  return new TextDecoder().decode(output.subarray(68, 68 + length));
}
