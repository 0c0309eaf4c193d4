import type { OutputAtBlock, RollupClient, RollupStatus } from '../sources/rollupClient.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import type { TxReceipt } from '../l1Tx/l1Client.ts';
import type { TxSender } from '../l1Tx/txSender.ts';
import type { TxCandidate } from '../l1Tx/txSenderParts.ts';

/** Whether a target wants a proposal, and of which L2 block. */
export type TargetState =
  | { readonly type: 'due'; readonly number: bigint }
  | { readonly type: 'wait'; readonly reason: string };

/** What a target wants sent for an output. */
export type Proposal =
  | { readonly type: 'send'; readonly candidate: TxCandidate }
  | { readonly type: 'wait'; readonly reason: string };

/** The contract that output roots go to. Both ask L1 and throw as its client does. */
export type ProposerTarget = {
  /** @param provable Newest L2 block of which an output may be proposed. */
  readonly next: (provable: bigint, options: AbortOptions) => Promise<TargetState>;
  readonly proposal: (output: OutputAtBlock, options: AbortOptions) => Promise<Proposal>;
};

/** The parts a proposer works with. */
export type ProposerParts = {
  readonly node: Pick<RollupClient, 'syncStatus' | 'outputAtBlock'>;
  readonly target: ProposerTarget;
  readonly txSender: TxSender;
  readonly pollIntervalMs: number;
  /** Proposes safe blocks too. An L1 reorg can then make a proposal a wrong one. */
  readonly allowNonFinalized: boolean;
  readonly log: Log;
  /** Told of each proposal that L1 took. */
  readonly onProposed?: (output: OutputAtBlock) => void;
};

/** What one round of a proposer came to. */
export type ProposerRound =
  | { readonly type: 'proposed'; readonly output: OutputAtBlock; readonly receipt: TxReceipt }
  | { readonly type: 'reverted'; readonly output: OutputAtBlock; readonly receipt: TxReceipt }
  | { readonly type: 'wait'; readonly reason: string };

/** Proposes output roots while it runs. */
export type Proposer = {
  /** One round. Rounds must not overlap. */
  readonly step: (options?: AbortOptions) => Promise<ProposerRound>;
  /** Rounds at the poll interval until the signal. */
  readonly run: (options: { readonly signal: AbortSignal }) => Promise<void>;
};

/** A proposer. What has been proposed is read from L1 each time, so it keeps nothing. */
export function createProposer(parts: ProposerParts): Proposer {
  return {
    step: (options = {}) => step(parts, options),
    run: ({ signal }) => run(parts, signal),
  };
}

async function step(parts: ProposerParts, options: AbortOptions): Promise<ProposerRound> {
  const { node, target, txSender } = parts;
  const status = await node.syncStatus(options);
  const state = await target.next(provableOf(parts, status), options);
  if (state.type === 'wait') return state;
  const output = await node.outputAtBlock(state.number, options);
  // The node may have been reset between the two answers: only the second one counts.
  if (provableOf(parts, output.status) < state.number) {
    return { type: 'wait', reason: `block ${state.number} may not be proposed any more` };
  }
  const proposal = await target.proposal(output, options);
  if (proposal.type === 'wait') return proposal;
  const receipt = await txSender.send(proposal.candidate, options);
  return { type: receipt.succeeded ? 'proposed' : 'reverted', output, receipt };
}

function provableOf({ allowNonFinalized }: ProposerParts, status: RollupStatus): bigint {
  return allowNonFinalized ? status.safeL2.number : status.finalizedL2.number;
}

async function run(parts: ProposerParts, signal: AbortSignal): Promise<void> {
  const { log, pollIntervalMs } = parts;
  while (!signal.aborted) {
    try {
      report(parts, await step(parts, { signal }));
    } catch (error) {
      if (signal.aborted) return;
      log.warn('proposer round failed', { error });
    }
    await sleep(pollIntervalMs, { signal }).catch(() => {});
  }
}

function report({ log, onProposed }: ProposerParts, round: ProposerRound): void {
  if (round.type === 'wait') {
    log.debug('nothing to propose', { reason: round.reason });
    return;
  }
  const { output, receipt } = round;
  const fields = { l2Block: output.block.number, root: output.outputRoot, tx: receipt.hash };
  if (round.type === 'reverted') {
    log.error('output proposal reverted', fields);
    return;
  }
  log.info('output proposed', fields);
  onProposed?.(output);
}
