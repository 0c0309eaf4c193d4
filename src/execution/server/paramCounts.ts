/**
 * How many parameters a method takes at most, as op-geth has it; none where op-geth has it not. A
 * call with more is refused, whatever they are. Methods that are not listed take any number.
 */
export const MOST_PARAMS: { readonly [method: string]: number } = {
  ...of(0, 'eth', ['chainId', 'blockNumber', 'syncing', 'accounts', 'gasPrice', 'blobBaseFee']),
  ...of(0, 'eth', ['maxPriorityFeePerGas', 'newBlockFilter']),
  ...of(0, 'eth', ['mining', 'protocolVersion']),
  ...of(0, 'net', ['version', 'listening', 'peerCount']),
  ...of(0, 'txpool', ['status', 'content']),
  ...of(0, 'web3', ['clientVersion']),
  ...of(0, 'rpc', ['modules']),
  ...of(1, 'eth', ['getBlockReceipts', 'getTransactionByHash', 'getRawTransactionByHash']),
  ...of(1, 'eth', ['getTransactionReceipt', 'sendRawTransaction', 'getLogs', 'newFilter']),
  ...of(1, 'eth', ['getFilterChanges', 'getFilterLogs', 'uninstallFilter']),
  ...of(1, 'eth', ['getBlockTransactionCountByNumber', 'getBlockTransactionCountByHash']),
  ...of(1, 'eth', ['getUncleCountByBlockNumber', 'getUncleCountByBlockHash']),
  ...of(1, 'eth', ['newPendingTransactionFilter']),
  ...of(1, 'txpool', ['contentFrom']),
  ...of(1, 'web3', ['sha3']),
  ...of(1, 'debug', ['getRawBlock', 'getRawHeader', 'getRawReceipts', 'getRawTransaction']),
  ...of(1, 'engine', ['getPayloadV1', 'getPayloadV2', 'getPayloadV3', 'getPayloadV4']),
  ...of(1, 'engine', ['getPayloadV5', 'newPayloadV1', 'newPayloadV2', 'exchangeCapabilities']),
  ...of(1, 'engine', ['getPayloadBodiesByHashV1', 'getClientVersionV1']),
  ...of(2, 'eth', ['getBlockByNumber', 'getBlockByHash', 'getBalance', 'getCode']),
  ...of(2, 'eth', ['getTransactionCount', 'getTransactionByBlockNumberAndIndex']),
  ...of(2, 'eth', ['getTransactionByBlockHashAndIndex']),
  ...of(2, 'debug', ['traceTransaction']),
  ...of(2, 'miner', ['setMaxDASize']),
  ...of(2, 'engine', ['forkchoiceUpdatedV1', 'forkchoiceUpdatedV2', 'forkchoiceUpdatedV3']),
  ...of(2, 'engine', ['getPayloadBodiesByRangeV1']),
  ...of(3, 'eth', ['getStorageAt', 'getProof', 'feeHistory']),
  ...of(3, 'debug', ['traceCall']),
  ...of(3, 'engine', ['newPayloadV3']),
  ...of(4, 'eth', ['call', 'estimateGas']),
  ...of(4, 'engine', ['newPayloadV4']),
};

function of(most: number, namespace: string, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [`${namespace}_${name}`, most]));
}
