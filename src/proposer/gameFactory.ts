import {
  decodeFunctionResult,
  encodeFunctionData,
  type EncodeFunctionDataParameters,
  parseAbi,
} from 'viem/utils';
import {
  type Address,
  bigintToBytes,
  bytesToHex,
  hexToBytes,
  ZERO_ADDRESS,
} from '../base/bytes.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { L1Client } from '../l1Tx/l1Client.ts';
import type { Proposal, ProposerTarget, TargetState } from './proposer.ts';

const FACTORY_ABI = parseAbi([
  'function gameCount() view returns (uint256)',
  'function gameAtIndex(uint256 index) view returns (uint32 gameType, uint64 timestamp, address proxy)',
  'function games(uint32 gameType, bytes32 rootClaim, bytes extraData) view returns (address proxy, uint64 timestamp)',
  'function initBonds(uint32 gameType) view returns (uint256)',
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable returns (address)',
]);

const GAME_ABI = parseAbi([
  'function gameCreator() view returns (address)',
  'function claimData(uint256 index) view returns (uint32 parentIndex, address counteredBy, address claimant, uint128 bond, bytes32 claim, uint128 position, uint128 clock)',
]);

/** How proposals go to a dispute game factory. */
export type GameFactoryOptions = {
  readonly factory: Address;
  readonly gameType: number;
  /** Seconds between two proposals. */
  readonly proposalInterval: bigint;
  /** Whose games count as ours. */
  readonly proposer: Address;
};

/** Games looked at in one round, newest first. */
const MAX_GAMES = 1000n;

/**
 * A DisputeGameFactory with games about output roots. The L1 time of our last game decides when the
 * next is due, so a restart proposes nothing twice.
 *
 * @spec protocol/proposer.md 2.2
 */
export function gameFactoryTarget(l1: L1Client, options: GameFactoryOptions): ProposerTarget {
  return {
    next: async (provable, abort): Promise<TargetState> => {
      if (provable === 0n) return { type: 'wait', reason: 'no block can be proposed yet' };
      const { timestamp: now } = await l1.head(abort);
      const last = await lastOwnGame(l1, options, now, abort);
      if (last === undefined) return { type: 'due', number: provable };
      const due = last + options.proposalInterval;
      return { type: 'wait', reason: `next proposal is due at L1 time ${due}` };
    },
    proposal: async (output, abort): Promise<Proposal> => {
      const { factory, gameType } = options;
      const extraData = bytesToHex(bigintToBytes(output.block.number, 32));
      const args = [gameType, output.outputRoot, extraData] as const;
      // The factory refuses the same triple: it may be there from someone else.
      const [proxy] = await read(l1, factory, 'games', args, abort);
      if (proxy !== ZERO_ADDRESS) {
        return { type: 'wait', reason: `block ${output.block.number} is proposed already` };
      }
      const bond = await read(l1, factory, 'initBonds', [gameType], abort);
      const data = encodeFunctionData({ abi: FACTORY_ABI, functionName: 'create', args });
      const candidate = {
        to: factory,
        data: hexToBytes(data),
        value: bond,
        gas: 'estimate',
        blobs: [],
      } as const;
      return { type: 'send', candidate };
    },
  };
}

/** L1 time of our newest game inside the interval, or undefined. */
async function lastOwnGame(
  l1: L1Client,
  options: GameFactoryOptions,
  now: bigint,
  abort: AbortOptions,
): Promise<bigint | undefined> {
  const { factory, gameType, proposalInterval, proposer } = options;
  const count = await read(l1, factory, 'gameCount', [], abort);
  const least = count > MAX_GAMES ? count - MAX_GAMES : 0n;
  for (let index = count - 1n; index >= least; index--) {
    const [type, timestamp, proxy] = await read(l1, factory, 'gameAtIndex', [index], abort);
    if (timestamp + proposalInterval <= now) return undefined;
    if (type !== gameType) continue;
    if ((await creatorOf(l1, proxy, abort)) === proposer) return timestamp;
  }
  return undefined;
}

/** Who made a game: newer games say it, older ones by their first claim. */
async function creatorOf(l1: L1Client, game: Address, abort: AbortOptions): Promise<string> {
  try {
    const data = encodeFunctionData({ abi: GAME_ABI, functionName: 'gameCreator' });
    const answer = await l1.call(game, data, abort);
    const name = { abi: GAME_ABI, functionName: 'gameCreator' } as const;
    return decodeFunctionResult({ ...name, data: answer }).toLowerCase();
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'rpc') throw error;
    const name = { abi: GAME_ABI, functionName: 'claimData' } as const;
    const answer = await l1.call(game, encodeFunctionData({ ...name, args: [0n] }), abort);
    return decodeFunctionResult({ ...name, data: answer })[2].toLowerCase();
  }
}

type ReadName = 'gameCount' | 'gameAtIndex' | 'games' | 'initBonds';

async function read<N extends ReadName>(
  l1: L1Client,
  factory: Address,
  functionName: N,
  args: readonly unknown[],
  abort: AbortOptions,
) {
  const call = { abi: FACTORY_ABI, functionName, args } as EncodeFunctionDataParameters;
  const data = await l1.call(factory, encodeFunctionData(call), abort);
  return decodeFunctionResult<typeof FACTORY_ABI, N>({
    abi: FACTORY_ABI,
    functionName,
    data,
  } as never);
}
