import type { Address } from '../../base/bytes.ts';
import { filledRuntimeCode, type RuntimeName, runtimeCode } from '../contracts/bytecode.ts';
import type { L1Contracts } from '../l1Contracts.ts';
import { account, type Alloc } from './alloc.ts';

/** What the predeploys are told of the chain they are on. */
export type PredeployOptions = {
  readonly l1: Pick<L1Contracts, 'l1CrossDomainMessenger' | 'l1StandardBridge' | 'l1ERC721Bridge'>;
  readonly l1ChainId: bigint;
  /** Owns the proxy admin, and receives the fees of the vaults on L2. */
  readonly owner: Address;
  /** Which fee rules the gas price oracle follows. */
  readonly oracle: { readonly ecotone: boolean };
};

/** Who may give a predeploy's proxy another implementation. */
const PROXY_ADMIN = predeployAddress(0x18);

const ADMIN_SLOT = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103n;
const IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn;

/**
 * How many addresses of the namespace hold proxies.
 *
 * Choice: the first 256 of the 2048 that the reference fills. Forks up to Karst use none above
 * 0x2d, and each proxy makes genesis.json 4 kB longer.
 */
const PROXIES = 256;

/** Index in the namespace of each predeploy behind a proxy, and its code. */
const PROXIED: readonly (readonly [number, RuntimeName])[] = [
  [0x00, 'LegacyMessagePasser'],
  [0x02, 'DeployerWhitelist'],
  [0x07, 'L2CrossDomainMessenger'],
  [0x0f, 'GasPriceOracle'],
  [0x10, 'L2StandardBridge'],
  [0x11, 'SequencerFeeVault'],
  [0x12, 'OptimismMintableERC20Factory'],
  [0x13, 'L1BlockNumber'],
  [0x14, 'L2ERC721Bridge'],
  [0x15, 'L1Block'],
  [0x16, 'L2ToL1MessagePasser'],
  [0x17, 'OptimismMintableERC721Factory'],
  [0x18, 'ProxyAdmin'],
  [0x19, 'BaseFeeVault'],
  [0x1a, 'L1FeeVault'],
  [0x20, 'SchemaRegistry'],
];

/** The governance token's place stays empty: its holder would be nobody. */
const GOVERNANCE_TOKEN = 0x42;
const WETH = 0x06;

/** Address of a predeploy by its index in the namespace. */
export function predeployAddress(index: number): Address {
  return `0x4200${index.toString(16).padStart(36, '0')}`;
}

/** Where the code of a predeploy stands while no upgrade has moved it. */
function implementationAddress(index: number): Address {
  return `0x${'c0d3'.repeat(9)}${(0x30000 + index).toString(16).slice(1)}`;
}

/** All accounts of the predeploy namespace and their implementations. */
export function predeployAccounts(options: PredeployOptions): Alloc {
  const accounts: Alloc = new Map();
  const proxy = runtimeCode('Proxy');
  const proxied = new Map(PROXIED);
  for (let index = 0; index < PROXIES; index++) {
    if (index === WETH || index === GOVERNANCE_TOKEN) continue;
    const storage = new Map([[ADMIN_SLOT, BigInt(PROXY_ADMIN)]]);
    if (proxied.has(index)) {
      storage.set(IMPLEMENTATION_SLOT, BigInt(implementationAddress(index)));
    }
    for (const [slot, value] of initialStorage(index, options)) storage.set(slot, value);
    accounts.set(predeployAddress(index), account({ code: proxy, storage }));
  }
  accounts.set(predeployAddress(WETH), account({ code: runtimeCode('WETH') }));
  for (const [index, name] of proxied) {
    const code = implementationCode(name, options);
    accounts.set(implementationAddress(index), account({ code }));
  }
  return accounts;
}

/**
 * What the initialisers would have written behind the proxy; slots as the compiler laid them out.
 */
function initialStorage(
  index: number,
  { l1, owner, oracle }: PredeployOptions,
): readonly (readonly [bigint, bigint])[] {
  const messenger = BigInt(predeployAddress(0x07));
  const initialised = 1n;
  switch (index) {
    case 0x07:
      return [
        [0n, 1n << 160n],
        [204n, 0xdeadn],
        [207n, BigInt(l1.l1CrossDomainMessenger)],
      ];
    case 0x0f:
      return oracle.ecotone ? [[0n, 1n]] : [];
    case 0x10:
      return [
        [0n, initialised],
        [3n, messenger],
        [4n, BigInt(l1.l1StandardBridge)],
      ];
    case 0x12:
      return [
        [0n, initialised],
        [1n, BigInt(predeployAddress(0x10))],
      ];
    case 0x14:
      return [
        [0n, initialised],
        [1n, messenger],
        [2n, BigInt(l1.l1ERC721Bridge)],
      ];
    case 0x18:
      return [[0n, BigInt(owner)]];
    default:
      return [];
  }
}

/** Fees may be withdrawn from a vault in any amount, to the owner, on L2. */
function implementationCode(name: RuntimeName, options: PredeployOptions): Uint8Array {
  switch (name) {
    case 'SequencerFeeVault':
    case 'BaseFeeVault':
    case 'L1FeeVault':
      return filledRuntimeCode(name, {
        recipient: BigInt(options.owner),
        minWithdrawalAmount: 0n,
        withdrawalNetwork: 1n,
      });
    case 'OptimismMintableERC721Factory':
      return filledRuntimeCode(name, {
        bridge: BigInt(predeployAddress(0x14)),
        remoteChainId: options.l1ChainId,
      });
    default:
      return runtimeCode(name);
  }
}
