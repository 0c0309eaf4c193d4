import {
  addL1Block,
  addL2Block,
  applyInvalidPayload,
  next,
  start,
  upcomingTransactions,
} from '../../derive/index.ts';
import type {
  AttributesStep,
  DeriveConfig,
  DeriveState,
  SafeHead,
  Step,
} from '../../derive/index.ts';
import { ZERO_HASH } from '../../base/bytes.ts';
import { InvariantError, unreachable } from '../../base/errors.ts';
import type { ExecutionEngine } from '../../execution/engine.ts';
import { recoverSendersAhead } from '../../execution/sendersAhead.ts';
import type { BlockRecord } from '../../execution/store/records.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import { l2BlockOf } from '../../protocol/l2Block.ts';
import { l2Head } from '../../protocol/l2BlockRef.ts';

/** A chain being derived from proven L1 blocks and executed, in one process. */
export type Replay = {
  readonly config: DeriveConfig;
  readonly engine: ExecutionEngine;
  readonly state: DeriveState;
  pendingSafe: BlockRecord;
  /** Blocks above the safe head that a span batch has not concluded yet. */
  readonly unconcluded: MadeBlock[];
};

/** A block, what it was made of, and whether that stands in for a refused payload. */
export type MadeBlock = {
  readonly block: BlockRecord;
  readonly step: AttributesStep;
  readonly isReplacement: boolean;
};

/** What happens on the way. */
export type ReplayEvents = {
  /** A block became safe. */
  readonly onSafe: (block: BlockRecord, made: MadeBlock) => void;
  /** Any step of the core but attributes and questions. */
  readonly onStep?: (step: Step) => void;
  /** Attributes were executed, or refused. */
  readonly onBuilt?: (step: AttributesStep, outcome: BuiltOrRefused) => void;
};

/** What the engine made of attributes. */
export type BuiltOrRefused =
  | { readonly type: 'sealed'; readonly block: BlockRecord; readonly isReplacement: boolean }
  | { readonly type: 'refused'; readonly reason: string };

/** Derivation stopped where it must not go on: by a rule, or because the recording lacks a blob. */
export class ReplayHalted extends Error {
  override readonly name = 'ReplayHalted';
  readonly code: 'rule' | 'lacksBlobs';

  constructor(code: 'rule' | 'lacksBlobs', message: string) {
    super(message);
    this.code = code;
  }
}

/** A replay at genesis. `first` is the rollup's genesis L1 block. */
export function startReplay(config: DeriveConfig, engine: ExecutionEngine, first: L1Block): Replay {
  const { systemConfig } = config.rollup.genesis;
  return {
    config,
    engine,
    state: start(config, { l1: first, systemConfig }),
    pendingSafe: engine.genesis,
    unconcluded: [],
  };
}

/**
 * Reads one more L1 block and executes all that follows from it.
 *
 * @throws ReplayHalted when the core halts or asks for a reset, which one straight L1 cannot cure.
 */
export async function replayL1Block(
  replay: Replay,
  block: L1Block | undefined,
  events: ReplayEvents,
): Promise<void> {
  const { state } = replay;
  if (block !== undefined) addL1Block(state, block);
  for (;;) {
    const step = next(state, safeHead(replay));
    switch (step.type) {
      case 'attributes':
        await build(replay, step, events);
        break;
      case 'needL2Block':
        addL2Block(state, l2BlockOf(ancestor(replay, step.number)));
        break;
      case 'needL1Block':
        return;
      case 'needBlobs':
        throw new ReplayHalted(
          'lacksBlobs',
          `L1 block ${step.l1.number} names blobs that the recording lacks: ` +
            step.versionedHashes.join(', '),
        );
      case 'reset':
      case 'halted':
        throw new ReplayHalted('rule', `derivation cannot go on (${step.reason}): ${step.message}`);
      default:
        events.onStep?.(step);
    }
  }
}

/** Builds the attributes, or what takes their place. */
async function build(replay: Replay, step: AttributesStep, events: ReplayEvents): Promise<void> {
  let asked = step;
  recoverSendersAhead(upcomingTransactions(replay.state));
  for (;;) {
    const built = await replay.engine.build(asked.parent.hash, asked.attributes);
    if (built.type === 'sealed') return seal(replay, asked, built.block, asked !== step, events);
    if (built.type === 'unknownParent') {
      const { number, hash } = asked.parent;
      throw new InvariantError(`the engine lost L2 block ${number} \`${hash}\` that it had built`);
    }
    events.onBuilt?.(asked, { type: 'refused', reason: built.reason });
    const outcome = applyInvalidPayload(replay.state, asked, built.reason);
    switch (outcome.type) {
      case 'replace':
        asked = outcome.step;
        break;
      case 'drop':
        replay.pendingSafe = safeBlock(replay);
        replay.unconcluded.length = 0;
        return;
      case 'halted':
        throw new ReplayHalted('rule', outcome.message);
      default:
        unreachable(outcome);
    }
  }
}

async function seal(
  replay: Replay,
  step: AttributesStep,
  block: BlockRecord,
  isReplacement: boolean,
  events: ReplayEvents,
): Promise<void> {
  const { engine, unconcluded } = replay;
  replay.pendingSafe = block;
  unconcluded.push({ block, step, isReplacement });
  events.onBuilt?.(step, { type: 'sealed', block, isReplacement });
  const safe = step.concluding ? block.hash : engine.heads().safe;
  await engine.setForkchoice({ head: block.hash, safe, finalized: ZERO_HASH });
  if (!step.concluding) return;
  for (const made of unconcluded.splice(0)) events.onSafe(made.block, made);
}

/** The block below those that are not concluded. */
function safeBlock({ engine, unconcluded, pendingSafe }: Replay): BlockRecord {
  const parentHash = unconcluded[0]?.block.header.parentHash;
  return (parentHash === undefined ? undefined : engine.block(parentHash)) ?? pendingSafe;
}

function ancestor({ engine, pendingSafe }: Replay, number: bigint): BlockRecord {
  let block = pendingSafe;
  while (block.header.number > number) {
    block = engine.block(block.header.parentHash) as BlockRecord;
  }
  return block;
}

function safeHead({ config, pendingSafe }: Replay): SafeHead {
  return l2Head(config.rollup, l2BlockOf(pendingSafe));
}
