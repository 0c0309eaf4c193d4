import { createEVM, type EVM, type EVMResult } from '@ethereumjs/evm';
import { Address as EthereumjsAddress, type PrefixedHexString } from '@ethereumjs/util';
import {
  type Address,
  bigintToBytes,
  bytesToHex,
  hexToBytes,
  ZERO_HASH,
} from '../../../base/bytes.ts';
import { FORKS } from '../../../protocol/forks.ts';
import type { WorldState } from '../../state/worldState.ts';
import { hasRules } from '../forkRules.ts';
import type { Evm, EvmBlock, EvmFork, EvmMessage, EvmResult } from '../port.ts';
import { precompilesOf } from './precompiles.ts';
import { createOsakaCommon, createRuleSet } from './ruleSet.ts';
import { createStateAdapter, type StateAdapter } from './stateAdapter.ts';

/**
 * The EVM of @ethereumjs/evm behind our port, for one chain. One instance per fork is made once,
 * because switching the fork of an instance costs more than a transaction.
 */
export async function createEthereumjsEvm(chainId: bigint): Promise<Evm> {
  const hosts = new Map<EvmFork, Host>();
  for (const fork of ['bedrock', ...FORKS] as const)
    hosts.set(fork, await createHost(fork, chainId));
  const hostOf = (fork: EvmFork): Host => hosts.get(fork) as Host;
  return {
    run: (state, block, message) => runMessage(hostOf(block.fork), state, block, message),
    precompiles: (fork) => hostOf(fork).precompiles,
  };
}

type Host = {
  readonly evm: EVM;
  readonly adapter: StateAdapter;
  readonly precompiles: readonly Address[];
  /** Hashes of earlier blocks, for the block that runs now. */
  readonly blockHash: { of: EvmBlock['blockHash'] };
};

async function createHost(fork: EvmFork, chainId: bigint): Promise<Host> {
  const common = createRuleSet(fork, chainId);
  const adapter = createStateAdapter();
  const blockHash: Host['blockHash'] = { of: () => undefined };
  const osaka = createOsakaCommon(chainId);
  const block = async (number: unknown) => ({
    hash: () => hexToBytes(blockHash.of(BigInt(number as bigint)) ?? ZERO_HASH),
  });
  const blockchain = {
    getBlock: block,
    putBlock: async () => undefined,
    shallowCopy: () => blockchain,
  };
  const customPrecompiles = precompilesOf(fork, common, osaka);
  const evm = await createEVM({
    common,
    stateManager: adapter,
    blockchain: blockchain as never,
    customPrecompiles,
  });
  const precompiles = [...evm.precompiles.keys()].map((key): Address => `0x${key}`);
  return { evm, adapter, precompiles, blockHash };
}

async function runMessage(
  host: Host,
  state: WorldState,
  block: EvmBlock,
  message: EvmMessage,
): Promise<EvmResult> {
  const { evm, adapter } = host;
  adapter.use(state);
  host.blockHash.of = block.blockHash;
  evm.journal.cleanJournal();
  evm.transientStorage.clear();
  for (const address of host.precompiles) evm.journal.addAlwaysWarmAddress(address);
  for (const address of message.warmAddresses) evm.journal.addAlwaysWarmAddress(address);
  for (const [address, slot] of message.warmSlots) {
    evm.journal.addAlwaysWarmSlot(address, bytesToHex(bigintToBytes(slot, 32)));
  }
  const result = await evm.runCall({
    block: { header: toHeader(block) } as never,
    caller: toAddress(message.caller),
    ...(message.to === undefined ? {} : { to: toAddress(message.to) }),
    value: message.value,
    data: message.data,
    gasLimit: message.gasLimit,
    gasPrice: message.gasPrice,
    blobVersionedHashes: [],
    // The host did it, and for creations the address is derived from the bumped nonce.
    skipNonceIncrement: true,
  });
  return toResult(result, message, hasRules(block.fork, 'ecotone'));
}

function toHeader(block: EvmBlock): object {
  return {
    number: block.number,
    timestamp: block.timestamp,
    coinbase: toAddress(block.coinbase),
    difficulty: 0n,
    prevRandao: hexToBytes(block.prevRandao),
    gasLimit: block.gasLimit,
    baseFeePerGas: block.baseFeePerGas,
    getBlobGasPrice: () => 1n,
    slotNumber: 0n,
  };
}

function toResult(
  { execResult }: EVMResult,
  message: EvmMessage,
  onlyNewAccountsDie: boolean,
): EvmResult {
  const error = execResult.exceptionError?.error;
  const created = execResult.createdAddresses ?? new Set<PrefixedHexString>();
  const selfDestructs = [...(execResult.selfdestruct ?? new Map()).keys()] as Address[];
  return {
    status: error === undefined ? 'success' : error === 'revert' ? 'revert' : 'halt',
    reason: error ?? '',
    gasUsed:
      error === undefined || error === 'revert' ? execResult.executionGasUsed : message.gasLimit,
    gasRefund: error === undefined ? (execResult.gasRefund ?? 0n) : 0n,
    output: execResult.returnValue,
    logs: (execResult.logs ?? []).map(([address, topics, data]) => ({
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data,
    })),
    selfDestructs: selfDestructs.filter((address) => !onlyNewAccountsDie || created.has(address)),
  };
}

function toAddress(address: Address): EthereumjsAddress {
  return new EthereumjsAddress(hexToBytes(address));
}
