import { isObject, type JsonValue } from '../../base/json.ts';
import type { EvmBlock } from '../evm/port.ts';
import { invalidParam, type ParamPlace, toFixedHex, toQuantity } from './params.ts';

/** What a call is to find changed of its block. */
export type BlockOverrides = Partial<
  Pick<EvmBlock, 'number' | 'timestamp' | 'gasLimit' | 'coinbase' | 'prevRandao' | 'baseFeePerGas'>
>;

const quantity =
  (name: 'number' | 'timestamp' | 'gasLimit' | 'baseFeePerGas', bits: number) =>
  (value: JsonValue, at: ParamPlace): BlockOverrides => ({ [name]: toQuantity(value, at, bits) });
const coinbase = (value: JsonValue, at: ParamPlace): BlockOverrides => ({
  coinbase: toFixedHex(value, 20, at),
});
const prevRandao = (value: JsonValue, at: ParamPlace): BlockOverrides => ({
  prevRandao: toFixedHex(value, 32, at),
});

/** By the names of op-geth, the older ones among them. */
const READERS = new Map([
  ['number', quantity('number', 64)],
  ['time', quantity('timestamp', 64)],
  ['timestamp', quantity('timestamp', 64)],
  ['gasLimit', quantity('gasLimit', 64)],
  ['feeRecipient', coinbase],
  ['coinbase', coinbase],
  ['prevRandao', prevRandao],
  ['random', prevRandao],
  ['baseFeePerGas', quantity('baseFeePerGas', 256)],
  ['baseFee', quantity('baseFeePerGas', 256)],
]);

/** The block overrides that `eth_call` takes. @throws RpcError naming a field that is not known. */
export function readBlockOverrides(value: JsonValue | undefined, index: number): BlockOverrides {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidParam(index, 'expected an object of block overrides');
  let overrides: BlockOverrides = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    const read = READERS.get(name);
    if (read === undefined) {
      throw invalidParam(index, `block override \`${name.slice(0, 64)}\` is not supported`);
    }
    overrides = { ...overrides, ...read(field, { index, field: `BlockOverrides.${name}` }) };
  }
  return overrides;
}
