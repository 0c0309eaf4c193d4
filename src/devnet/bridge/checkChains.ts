import type { PublicClient } from 'viem';
import type { Address } from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { MESSAGE_PASSER } from '../../protocol/predeploys.ts';
import { PORTAL_ABI } from '../contracts/abi.ts';

/** A chain that something is about to be sent to. */
export type ChainReader = Pick<PublicClient, 'getChainId' | 'getCode' | 'readContract'>;

/** Both ends of a bridge, and what is known of them. */
export type BridgeEnds = {
  readonly l1: ChainReader;
  /** Undefined where nothing of L2 is asked. */
  readonly l2: ChainReader | undefined;
  readonly portal: Address;
  /** Of rollup.json; undefined where there is none. */
  readonly chainIds: { readonly l1: bigint; readonly l2: bigint } | undefined;
};

/**
 * Finds out, before anything is sent, that both servers are of the chain and the portal is one:
 * ether that goes to an address without code, or to the wrong chain, is lost.
 *
 * @throws ConfigError naming the flag; the client's error.
 */
export async function checkChains({ l1, l2, portal, chainIds }: BridgeEnds): Promise<void> {
  const l1Id = await checkId('l1', l1, chainIds?.l1);
  const l2Id = l2 === undefined ? undefined : await checkId('l2', l2, chainIds?.l2);
  if (l1Id === l2Id) {
    throw new ConfigError('l2', `chain ${l2Id}, as on \`l1\``, 'the RPC of another chain than L1');
  }
  const version = await l1
    .readContract({ address: portal, abi: PORTAL_ABI, functionName: 'version' })
    .catch(ifReverted);
  if (version === undefined) {
    const accepted = 'the OptimismPortal of the rollup on this L1';
    throw new ConfigError('portal', `\`${portal}\`, which is none`, accepted);
  }
  if (l2 !== undefined && (await l2.getCode({ address: MESSAGE_PASSER })) === undefined) {
    const found = `chain ${l2Id}, which has no message passer`;
    throw new ConfigError('l2', found, 'the RPC of an OP Stack chain');
  }
}

async function checkId(
  flag: 'l1' | 'l2',
  chain: ChainReader,
  expected: bigint | undefined,
): Promise<bigint> {
  const found = BigInt(await chain.getChainId().catch((cause: unknown) => silent(flag, cause)));
  if (expected === undefined || found === expected) return found;
  const accepted = `the RPC of chain ${expected}, which \`rollup.config\` names`;
  throw new ConfigError(flag, `chain ${found}`, accepted);
}

function silent(flag: 'l1' | 'l2', cause: unknown): never {
  throw new Error(`no Ethereum server answers at --${flag}: is that its URL?`, { cause });
}

/** No code, or code without such a function. A server that does not answer is another matter. */
function ifReverted(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ContractFunctionExecutionError') {
    const { cause } = error;
    const isReverted =
      cause instanceof Error &&
      ['ContractFunctionZeroDataError', 'ContractFunctionRevertedError'].includes(cause.name);
    if (isReverted) return undefined;
  }
  throw error;
}
