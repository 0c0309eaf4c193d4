import type { L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import { type DeriveState, type L1Window, pipelineOrigin } from './state.ts';

/**
 * Brings the window up to the L1 block being read and the given parent: the new origin is appended,
 * blocks before the parent's epoch leave. While reading is behind that epoch the window is empty.
 *
 * Answers whether reading is behind.
 *
 * @spec protocol/derivation.md 7.1
 */
export function updateWindow(state: DeriveState, parent: L2BlockRef): boolean {
  const { window } = state;
  const origin = pipelineOrigin(state);
  const isBehind = origin.ref.number < parent.l1Origin.number;
  if (window.origin !== origin.ref.hash) {
    window.origin = origin.ref.hash;
    if (isBehind) window.blocks = [];
    else window.blocks.push(origin);
  }
  const first = window.blocks[0];
  if (first !== undefined && parent.l1Origin.number > first.ref.number) {
    const passed = window.blocks.findIndex(({ ref }) => ref.number === parent.l1Origin.number);
    if (passed > 0) window.blocks.splice(0, passed);
  }
  return isBehind;
}

/** The L1 block of this number, if it is among these consecutive ones. */
export function blockAt(l1Blocks: readonly L1Block[], number: bigint): L1Block | undefined {
  const first = l1Blocks[0];
  if (first === undefined) return undefined;
  // Numbers on the wire go up to 2^64: compare before they become an index.
  const index = number - first.ref.number;
  return index >= 0n && index < BigInt(l1Blocks.length) ? l1Blocks[Number(index)] : undefined;
}

/** True when the window begins with the parent's epoch, or the one after it. */
export function windowFits(window: L1Window, parent: L2BlockRef): boolean {
  const epoch = window.blocks[0]?.ref;
  return (
    epoch !== undefined &&
    ((epoch.number === parent.l1Origin.number && epoch.hash === parent.l1Origin.hash) ||
      epoch.number === parent.l1Origin.number + 1n)
  );
}
