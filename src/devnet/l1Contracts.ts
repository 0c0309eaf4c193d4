import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Address, Hash, Hex } from '../base/bytes.ts';
import { ZERO_ADDRESS } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import * as abi from './contracts/abi.ts';
import { type CreationName, creationCode } from './contracts/bytecode.ts';

/** Addresses of a chain's L1 contracts: the proxies, which keep over upgrades. */
export type L1Contracts = {
  readonly superchainConfig: Address;
  readonly systemConfig: Address;
  readonly optimismPortal: Address;
  readonly l2OutputOracle: Address;
  readonly l1CrossDomainMessenger: Address;
  readonly l1StandardBridge: Address;
  readonly l1ERC721Bridge: Address;
  readonly optimismMintableERC20Factory: Address;
};

/** Who and what the L1 contracts are told at their initialisation. */
export type L1ContractOptions = {
  readonly l1Url: string;
  /** Owns everything that has an owner. A fresh account: the addresses follow from its nonce. */
  readonly deployerKey: Hex;
  readonly batcher: Address;
  readonly proposer: Address;
  readonly challenger: Address;
  readonly unsafeBlockSigner: Address;
  readonly batchInbox: Address;
  /** Of an L2 block; at least 21,000,000. */
  readonly gasLimit: bigint;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  /** Seconds. */
  readonly l2BlockTime: bigint;
  /** L2 blocks between two outputs. */
  readonly submissionIntervalL2Blocks: bigint;
  /** Seconds a proven withdrawal waits. */
  readonly finalizationPeriod: bigint;
  /** Makes an L1 block at once, where blocks come too slowly to wait for. */
  readonly mine?: () => Promise<void>;
};

/** The contracts, and the L1 block at which the rollup may begin. */
export type L1Deployment = { readonly contracts: L1Contracts; readonly start: L1BlockRef };

/** Which implementation stands behind each proxy, in the order of deployment. */
const IMPLEMENTATIONS: { readonly [name in keyof L1Contracts]: CreationName } = {
  superchainConfig: 'SuperchainConfig',
  systemConfig: 'SystemConfig',
  optimismPortal: 'OptimismPortal',
  l2OutputOracle: 'L2OutputOracle',
  l1CrossDomainMessenger: 'L1CrossDomainMessenger',
  l1StandardBridge: 'L1StandardBridge',
  l1ERC721Bridge: 'L1ERC721Bridge',
  optimismMintableERC20Factory: 'OptimismMintableERC20Factory',
};

const NAMES = Object.keys(IMPLEMENTATIONS) as readonly (keyof L1Contracts)[];

/** The fee market of deposits, as the reference's deployments have it. */
const RESOURCE_CONFIG = {
  maxResourceLimit: 20_000_000,
  elasticityMultiplier: 10,
  baseFeeMaxChangeDenominator: 8,
  minimumBaseFee: 1_000_000_000,
  systemTxMaxGas: 1_000_000,
  maximumBaseFee: (1n << 128n) - 1n,
} as const;

/** Stands for "the chain's gas token is ether" in the SystemConfig. */
const ETHER: Address = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';

const DEPLOY_GAS = 6_000_000n;
const CALL_GAS = 1_000_000n;
const FEE_CAP = 100_000_000_000n;
const POLL_MS = 25;
const RECEIPT_TIMEOUT_MS = 120_000;

/**
 * Where the proxies will stand when `deployer` deploys from `nonce` on: an L2 genesis that names
 * them can be made before they exist.
 */
export function l1ContractAddresses(deployer: Address, nonce = 0n): L1Contracts {
  return Object.fromEntries(
    NAMES.map((name, i) => [
      name,
      getContractAddress({ from: deployer, nonce: nonce + BigInt(i) }).toLowerCase(),
    ]),
  ) as L1Contracts;
}

/**
 * Deploys and initialises the L1 contracts of a new chain in a few L1 blocks.
 *
 * Choice: the portal that judges withdrawals by an L2OutputOracle. It needs one contract and one
 * short wait; dispute games need a VM, a preimage oracle and hours of clocks.
 *
 * @throws The client's error when L1 refuses; InvariantError when a transaction reverts.
 */
export async function deployL1Contracts(options: L1ContractOptions): Promise<L1Deployment> {
  const deployer = await createDeployer(options);
  const owner = deployer.address;
  const contracts = l1ContractAddresses(owner, deployer.firstNonce);
  const deployProxy = encodeDeployData({
    abi: abi.PROXY_ABI,
    bytecode: creationCode('Proxy'),
    args: [owner],
  });
  const deployments = [
    ...NAMES.map(() => deployProxy),
    ...NAMES.map((name) => creationCode(IMPLEMENTATIONS[name])),
  ];
  const deployed = await deployer.send(deployments.map((data) => ({ data, gas: DEPLOY_GAS })));
  const implementations = Object.fromEntries(
    NAMES.map((name, i) => [name, deployed[NAMES.length + i]]),
  ) as L1Contracts;
  const upgrade = (name: keyof L1Contracts, call: Hex): Call => ({
    to: contracts[name],
    data: encodeFunctionData({
      abi: abi.PROXY_ABI,
      functionName: 'upgradeToAndCall',
      args: [implementations[name], call],
    }),
    gas: CALL_GAS,
  });
  const calls = initialisers(options, owner, contracts);
  await deployer.send(calls.map(([name, call]) => upgrade(name, call)));
  const start = await deployer.head();
  // Only now: the oracle is told when the rollup starts, and that may not be in the future.
  await deployer.send([upgrade('l2OutputOracle', oracleInitialiser(options, start.timestamp))]);
  return { contracts, start };
}

function initialisers(
  options: L1ContractOptions,
  owner: Address,
  at: L1Contracts,
): readonly (readonly [keyof L1Contracts, Hex])[] {
  const messenger = at.l1CrossDomainMessenger;
  return [
    [
      'superchainConfig',
      encodeFunctionData({ abi: abi.SUPERCHAIN_CONFIG_ABI, args: [owner, false] }),
    ],
    ['systemConfig', systemConfigInitialiser(options, owner, at)],
    [
      'optimismPortal',
      encodeFunctionData({
        abi: abi.PORTAL_ABI,
        functionName: 'initialize',
        args: [at.l2OutputOracle, at.systemConfig, at.superchainConfig],
      }),
    ],
    [
      'l1CrossDomainMessenger',
      encodeFunctionData({
        abi: abi.L1_MESSENGER_ABI,
        args: [at.superchainConfig, at.optimismPortal, at.systemConfig],
      }),
    ],
    [
      'l1StandardBridge',
      encodeFunctionData({
        abi: abi.BRIDGE_ABI,
        args: [messenger, at.superchainConfig, at.systemConfig],
      }),
    ],
    [
      'l1ERC721Bridge',
      encodeFunctionData({ abi: abi.ERC721_BRIDGE_ABI, args: [messenger, at.superchainConfig] }),
    ],
    [
      'optimismMintableERC20Factory',
      encodeFunctionData({ abi: abi.TOKEN_FACTORY_ABI, args: [at.l1StandardBridge] }),
    ],
  ];
}

function systemConfigInitialiser(options: L1ContractOptions, owner: Address, at: L1Contracts): Hex {
  return encodeFunctionData({
    abi: abi.SYSTEM_CONFIG_ABI,
    functionName: 'initialize',
    args: [
      owner,
      options.baseFeeScalar,
      options.blobBaseFeeScalar,
      `0x${options.batcher.slice(2).padStart(64, '0')}`,
      options.gasLimit,
      options.unsafeBlockSigner,
      RESOURCE_CONFIG,
      options.batchInbox,
      {
        l1CrossDomainMessenger: at.l1CrossDomainMessenger,
        l1ERC721Bridge: at.l1ERC721Bridge,
        l1StandardBridge: at.l1StandardBridge,
        disputeGameFactory: ZERO_ADDRESS,
        optimismPortal: at.optimismPortal,
        optimismMintableERC20Factory: at.optimismMintableERC20Factory,
        gasPayingToken: ETHER,
      },
    ],
  });
}

function oracleInitialiser(options: L1ContractOptions, startTime: bigint): Hex {
  return encodeFunctionData({
    abi: abi.OUTPUT_ORACLE_ABI,
    functionName: 'initialize',
    args: [
      options.submissionIntervalL2Blocks,
      options.l2BlockTime,
      0n,
      startTime,
      options.proposer,
      options.challenger,
      options.finalizationPeriod,
    ],
  });
}

type Call = { readonly to?: Address; readonly data: Hex; readonly gas: bigint };

type Deployer = {
  readonly address: Address;
  readonly firstNonce: bigint;
  /** Sends all, waits for all; returns the created addresses, where there are any. */
  readonly send: (calls: readonly Call[]) => Promise<readonly (Address | undefined)[]>;
  readonly head: () => Promise<L1BlockRef>;
};

async function createDeployer(options: L1ContractOptions): Promise<Deployer> {
  const account = privateKeyToAccount(options.deployerKey);
  const transport = http(options.l1Url);
  const client: PublicClient = createPublicClient({ transport, pollingInterval: POLL_MS });
  const wallet: WalletClient<Transport, Chain | undefined, Account> = createWalletClient({
    account,
    transport,
  });
  const firstNonce = await client.getTransactionCount({ address: account.address });
  let nonce = firstNonce;
  const submit = (call: Call): Promise<Hash> =>
    wallet.sendTransaction({
      ...call,
      chain: null,
      nonce: nonce++,
      maxFeePerGas: FEE_CAP,
      maxPriorityFeePerGas: 1n,
    });
  const created = async (hash: Hash): Promise<Address | undefined> => {
    const wait = { hash, timeout: RECEIPT_TIMEOUT_MS };
    const receipt = await client.waitForTransactionReceipt(wait);
    assert(receipt.status === 'success', `deployment transaction ${hash} reverted`);
    return receipt.contractAddress?.toLowerCase() as Address | undefined;
  };
  return {
    address: account.address.toLowerCase() as Address,
    firstNonce: BigInt(firstNonce),
    send: async (calls) => {
      const hashes: Hash[] = [];
      for (const call of calls) hashes.push(await submit(call));
      await options.mine?.();
      return Promise.all(hashes.map(created));
    },
    head: async () => {
      const { number, hash, parentHash, timestamp } = await client.getBlock();
      return { number, hash, parentHash, timestamp };
    },
  };
}
