import { bytesToHex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { Genesis } from '../../execution/genesis.ts';
import { FORK_TIME_KEYS } from '../../execution/genesisJson.ts';
import { isActive } from '../../protocol/forks.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import { toAllocJson } from './alloc.ts';

type JsonObject = { readonly [key: string]: JsonValue };

/**
 * genesis.json in geth's form, as op-geth and op-reth read it. Blob fields stand in it from Ecotone
 * on only: op-geth puts those of an earlier genesis into its header, whose hash is another then.
 */
export function toGenesisJson(genesis: Genesis): JsonObject {
  const { config, header } = genesis;
  const hasBlobFields = isActive(config.forkTimes, 'ecotone', header.timestamp);
  return {
    config: toChainConfigJson(genesis),
    nonce: toQuantity(BigInt(header.nonce)),
    timestamp: toQuantity(header.timestamp),
    extraData: bytesToHex(header.extraData),
    gasLimit: toQuantity(header.gasLimit),
    difficulty: toQuantity(header.difficulty),
    mixHash: header.mixHash,
    coinbase: header.beneficiary,
    alloc: toAllocJson(genesis.alloc),
    number: toQuantity(header.number),
    gasUsed: toQuantity(header.gasUsed),
    parentHash: header.parentHash,
    baseFeePerGas: toQuantity(header.baseFeePerGas),
    ...(hasBlobFields
      ? {
          excessBlobGas: toQuantity(header.excessBlobGas),
          blobGasUsed: toQuantity(header.blobGasUsed),
        }
      : {}),
  };
}

/** Forks of Ethereum that a chain born with Bedrock has from its first block. */
const BLOCK_FORKS = [
  'homesteadBlock',
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
  'petersburgBlock',
  'istanbulBlock',
  'muirGlacierBlock',
  'berlinBlock',
  'londonBlock',
  'arrowGlacierBlock',
  'grayGlacierBlock',
  'mergeNetsplitBlock',
  'bedrockBlock',
];

function toChainConfigJson({ config }: Genesis): JsonObject {
  const { chainId, forkTimes, chainOpConfig } = config;
  const times = FORK_TIME_KEYS.flatMap(([key, fork]): [string, JsonValue][] => {
    const time = forkTimes[fork];
    return time === undefined ? [] : [[key, Number(time)]];
  });
  return {
    chainId: Number(chainId),
    ...Object.fromEntries(BLOCK_FORKS.map((key) => [key, 0])),
    ...Object.fromEntries(times),
    terminalTotalDifficulty: 0,
    terminalTotalDifficultyPassed: true,
    optimism: {
      eip1559Elasticity: Number(chainOpConfig.eip1559Elasticity),
      eip1559Denominator: Number(chainOpConfig.eip1559Denominator),
      eip1559DenominatorCanyon: Number(chainOpConfig.eip1559DenominatorCanyon),
    },
  };
}
