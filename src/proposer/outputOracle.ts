import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem/utils';
import { type Address, hexToBytes } from '../base/bytes.ts';
import type { OutputAtBlock, RollupStatus } from '../sources/rollupClient.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { L1Client } from '../l1Tx/l1Client.ts';
import type { Proposal, ProposerTarget, TargetState } from './proposer.ts';

const ABI = parseAbi([
  'function nextBlockNumber() view returns (uint256)',
  'function proposeL2Output(bytes32 outputRoot, uint256 l2BlockNumber, bytes32 l1BlockHash, uint256 l1BlockNumber) payable',
]);

/**
 * An L2OutputOracle: it names the height it wants next, so nothing is ever proposed twice.
 *
 * @spec protocol/proposer.md 2.1
 */
export function outputOracleTarget(l1: L1Client, oracle: Address): ProposerTarget {
  return {
    next: async (provable: bigint, options: AbortOptions): Promise<TargetState> => {
      const data = encodeFunctionData({ abi: ABI, functionName: 'nextBlockNumber' });
      const answer = await l1.call(oracle, data, options);
      const next = decodeFunctionResult({
        abi: ABI,
        functionName: 'nextBlockNumber',
        data: answer,
      });
      return next <= provable
        ? { type: 'due', number: next }
        : { type: 'wait', reason: `next output is of block ${next}` };
    },
    proposal: async (output: OutputAtBlock, options: AbortOptions): Promise<Proposal> => {
      const { currentL1 } = output.status;
      const head = await l1.head(options);
      // The contract compares the hash, and during estimation the head's own reads as zero.
      if (head.number <= currentL1.number) {
        return { type: 'wait', reason: `L1 block ${currentL1.number + 1n} is not there yet` };
      }
      return { type: 'send', candidate: proposeCandidate(oracle, output, output.status) };
    },
  };
}

function proposeCandidate(oracle: Address, output: OutputAtBlock, { currentL1 }: RollupStatus) {
  const data = encodeFunctionData({
    abi: ABI,
    functionName: 'proposeL2Output',
    args: [output.outputRoot, output.block.number, currentL1.hash, currentL1.number],
  });
  return { to: oracle, data: hexToBytes(data), value: 0n, gas: 'estimate', blobs: [] } as const;
}
