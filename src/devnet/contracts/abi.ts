import { parseAbi } from 'viem/utils';

/** EIP-1967 proxy of the L1 contracts; the caller must be its admin. */
export const PROXY_ABI = parseAbi([
  'constructor(address admin)',
  'function upgradeToAndCall(address implementation, bytes data) payable returns (bytes)',
  'function changeAdmin(address admin)',
]);

/** Pause switch shared by the chains of one L1. */
export const SUPERCHAIN_CONFIG_ABI = parseAbi([
  'function initialize(address guardian, bool paused)',
]);

/** Chain parameters that L1 can change. Its updates are events that derivation reads. */
export const SYSTEM_CONFIG_ABI = parseAbi([
  'struct ResourceConfig { uint32 maxResourceLimit; uint8 elasticityMultiplier; uint8 baseFeeMaxChangeDenominator; uint32 minimumBaseFee; uint32 systemTxMaxGas; uint128 maximumBaseFee; }',
  'struct Addresses { address l1CrossDomainMessenger; address l1ERC721Bridge; address l1StandardBridge; address disputeGameFactory; address optimismPortal; address optimismMintableERC20Factory; address gasPayingToken; }',
  'function initialize(address owner, uint32 basefeeScalar, uint32 blobbasefeeScalar, bytes32 batcherHash, uint64 gasLimit, address unsafeBlockSigner, ResourceConfig config, address batchInbox, Addresses addresses)',
  'function setBatcherHash(bytes32 batcherHash)',
  'function setGasConfigEcotone(uint32 basefeeScalar, uint32 blobbasefeeScalar)',
  'function setGasLimit(uint64 gasLimit)',
  'function setUnsafeBlockSigner(address unsafeBlockSigner)',
  'function batcherHash() view returns (bytes32)',
  'function batchInbox() view returns (address)',
  'function gasLimit() view returns (uint64)',
  'function unsafeBlockSigner() view returns (address)',
  'event ConfigUpdate(uint256 indexed version, uint8 indexed updateType, bytes data)',
]);

/** Where deposits start and withdrawals end. This is the form that judges by an L2OutputOracle. */
export const PORTAL_ABI = parseAbi([
  'struct Withdrawal { uint256 nonce; address sender; address target; uint256 value; uint256 gasLimit; bytes data; }',
  'struct OutputRootProof { bytes32 version; bytes32 stateRoot; bytes32 messagePasserStorageRoot; bytes32 latestBlockhash; }',
  'function initialize(address l2Oracle, address systemConfig, address superchainConfig)',
  'function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes data) payable',
  'function proveWithdrawalTransaction(Withdrawal tx, uint256 index, OutputRootProof proof, bytes[] withdrawalProof)',
  'function finalizeWithdrawalTransaction(Withdrawal tx)',
  'function provenWithdrawals(bytes32 hash) view returns (bytes32 outputRoot, uint128 timestamp, uint128 l2OutputIndex)',
  'function finalizedWithdrawals(bytes32 hash) view returns (bool)',
  'function l2Oracle() view returns (address)',
  'function version() view returns (string)',
  'event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData)',
  'event WithdrawalProven(bytes32 indexed withdrawalHash, address indexed from, address indexed to)',
  'event WithdrawalFinalized(bytes32 indexed withdrawalHash, bool success)',
]);

/** Output roots at fixed checkpoints, trusted from one proposer. */
export const OUTPUT_ORACLE_ABI = parseAbi([
  'struct OutputProposal { bytes32 outputRoot; uint128 timestamp; uint128 l2BlockNumber; }',
  'function initialize(uint256 submissionInterval, uint256 l2BlockTime, uint256 startingBlockNumber, uint256 startingTimestamp, address proposer, address challenger, uint256 finalizationPeriodSeconds)',
  'function proposeL2Output(bytes32 outputRoot, uint256 l2BlockNumber, bytes32 l1BlockHash, uint256 l1BlockNumber) payable',
  'function nextBlockNumber() view returns (uint256)',
  'function latestBlockNumber() view returns (uint256)',
  'function nextOutputIndex() view returns (uint256)',
  'function getL2OutputIndexAfter(uint256 l2BlockNumber) view returns (uint256)',
  'function getL2Output(uint256 index) view returns (OutputProposal)',
  'function FINALIZATION_PERIOD_SECONDS() view returns (uint256)',
  'event OutputProposed(bytes32 indexed outputRoot, uint256 indexed l2OutputIndex, uint256 indexed l2BlockNumber, uint256 l1Timestamp)',
]);

/** Initialisers of the bridges on both sides. */
export const BRIDGE_ABI = parseAbi([
  'function initialize(address messenger, address superchainConfig, address systemConfig)',
]);

/** Initialiser of the L1 messenger. */
export const L1_MESSENGER_ABI = parseAbi([
  'function initialize(address superchainConfig, address portal, address systemConfig)',
]);

/** Initialiser of the bridge for ERC-721 tokens. */
export const ERC721_BRIDGE_ABI = parseAbi([
  'function initialize(address messenger, address superchainConfig)',
]);

/** Initialiser of the token factory. */
export const TOKEN_FACTORY_ABI = parseAbi(['function initialize(address bridge)']);
