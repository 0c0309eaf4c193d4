import type { JsonValue } from '../base/json.ts';
import type { L1ChainConfig } from '../protocol/l1ChainConfig.ts';
import { parseL1ChainConfig } from '../protocol/l1ChainConfigJson.ts';

/** Blob parameters of Cancun, and those of Prague and Osaka. @spec EIP-4844, EIP-7691 */
const CANCUN = { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 };
const PRAGUE = { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 };

/** Chain config of a development L1 in geth's form: every fork to Osaka from its first block. */
export function devL1ConfigJson(chainId: bigint): { readonly [key: string]: JsonValue } {
  return {
    chainId: Number(chainId),
    homesteadBlock: 0,
    eip150Block: 0,
    eip155Block: 0,
    eip158Block: 0,
    byzantiumBlock: 0,
    constantinopleBlock: 0,
    petersburgBlock: 0,
    istanbulBlock: 0,
    berlinBlock: 0,
    londonBlock: 0,
    terminalTotalDifficulty: 0,
    shanghaiTime: 0,
    cancunTime: 0,
    pragueTime: 0,
    osakaTime: 0,
    blobSchedule: { cancun: CANCUN, prague: PRAGUE, osaka: PRAGUE },
  };
}

/** Blob schedule of a development L1. */
export function devL1ChainConfig(chainId: bigint): L1ChainConfig {
  return parseL1ChainConfig(devL1ConfigJson(chainId));
}
