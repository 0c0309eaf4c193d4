import type { JsonValue } from '../../base/json.ts';
import { DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import { nextBaseFee } from '../baseFee.ts';
import type { ExecutionEngine } from '../engine.ts';
import { effectiveGasPrice } from '../fees.ts';
import type { BlockRecord } from '../store/records.ts';
import { decodeSignedTx } from '../transaction.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { invalidParam, required, show, toBlockTag } from './params.ts';
import { headBlock, requireBlock } from './selectBlock.ts';

/** Tip in wei that is enough where blocks are not full; op-geth's default. */
const MIN_SUGGESTED_TIP = 1_000_000n;

/** Blocks of one `eth_feeHistory`; a longer wish is cut. */
const MAX_HISTORY_BLOCKS = 1024n;

const MAX_PERCENTILES = 100;

/** What gas costs, and what it has cost. */
export function feeMethods(engine: ExecutionEngine): RpcMethods {
  return {
    eth_gasPrice: () => {
      const head = headBlock(engine);
      return toQuantity((head.header.baseFeePerGas ?? 0n) + suggestedTip(head));
    },
    eth_maxPriorityFeePerGas: () => toQuantity(suggestedTip(headBlock(engine))),
    eth_blobBaseFee: () => '0x1',
    eth_feeHistory: (params) => feeHistory(engine, params),
  };
}

/** The least tip that is enough; after a full block a tenth above its median. */
function suggestedTip({ header, transactions, receipts }: BlockRecord): bigint {
  const tips: bigint[] = [];
  let most = 0n;
  let before = 0n;
  for (const [i, raw] of transactions.entries()) {
    const after = receipts[i]?.cumulativeGasUsed ?? before;
    if (after - before > most) most = after - before;
    before = after;
    if (raw[0] !== DEPOSIT_TX_TYPE) tips.push(tipOf(raw, header.baseFeePerGas ?? 0n));
  }
  const isFull = header.gasUsed + most > header.gasLimit;
  if (!isFull || tips.length === 0) return MIN_SUGGESTED_TIP;
  const sorted = tips.toSorted((a, b) => (a < b ? -1 : 1));
  const median = sorted[sorted.length >> 1] as bigint;
  const raised = median + median / 10n;
  return raised > MIN_SUGGESTED_TIP ? raised : MIN_SUGGESTED_TIP;
}

function feeHistory(engine: ExecutionEngine, params: readonly JsonValue[]): JsonValue {
  const wanted = readCount(required(params, 0));
  const last = requireBlock(engine, toBlockTag(required(params, 1), 1));
  const percentiles = readPercentiles(required(params, 2));
  const there = last.header.number - engine.genesis.header.number + 1n;
  let count = wanted < MAX_HISTORY_BLOCKS ? wanted : MAX_HISTORY_BLOCKS;
  if (count > there) count = there;
  if (count === 0n) return { oldestBlock: '0x0', gasUsedRatio: [] };
  const oldest = last.header.number - count + 1n;
  const blocks: BlockRecord[] = [];
  for (let number = oldest; number <= last.header.number; number++) {
    blocks.push(requireBlock(engine, { number }));
  }
  const { header } = last;
  const next = nextBaseFee(engine.config, header, header.timestamp + 1n);
  const fees = [...blocks.map((block) => block.header.baseFeePerGas ?? 0n), next];
  return {
    oldestBlock: toQuantity(oldest),
    baseFeePerGas: fees.map(toQuantity),
    gasUsedRatio: blocks.map(
      ({ header: { gasUsed, gasLimit } }) => Number(gasUsed) / Number(gasLimit),
    ),
    baseFeePerBlobGas: fees.map(() => '0x1'),
    blobGasUsedRatio: blocks.map(() => 0),
    ...(percentiles.length === 0
      ? {}
      : { reward: blocks.map((block) => rewards(block, percentiles)) }),
  };
}

/** A number of 64 bits, hex or decimal, as text or not: op-geth takes more here than elsewhere. */
function readCount(value: JsonValue): bigint {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
  // Reading a decimal of a whole request takes a second, and 64 bits have no more than 20 digits.
  const isNumber = text.length <= MAX_COUNT_CHARS && /^(0x[\da-f]+|\d*)$/i.test(text);
  const count = isNumber ? BigInt(text.toLowerCase()) : -1n;
  if (count >= 0n && count >> 64n === 0n) return count;
  throw invalidParam(0, `invalid hex or decimal integer ${show(value)}`);
}

/** With leading zeros. */
const MAX_COUNT_CHARS = 66;

function readPercentiles(value: JsonValue | undefined): readonly number[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParam(2, `expected percentiles, found ${show(value)}`);
  if (value.length > MAX_PERCENTILES) {
    throw new RpcError('application', `over the query limit ${MAX_PERCENTILES}`);
  }
  let least = 0;
  for (const item of value as readonly JsonValue[]) {
    if (typeof item !== 'number' || item < least || item > 100) {
      throw new RpcError('application', `invalid reward percentile: ${show(item)}`);
    }
    least = item;
  }
  return value as readonly number[];
}

/** Tips at these percentiles of the block's gas. */
function rewards(block: BlockRecord, percentiles: readonly number[]): JsonValue {
  const { header, transactions, receipts } = block;
  const paid = transactions.map((raw, i) => ({
    tip: raw[0] === DEPOSIT_TX_TYPE ? 0n : tipOf(raw, header.baseFeePerGas ?? 0n),
    gas: (receipts[i]?.cumulativeGasUsed ?? 0n) - (receipts[i - 1]?.cumulativeGasUsed ?? 0n),
  }));
  paid.sort((a, b) => (a.tip === b.tip ? 0 : a.tip < b.tip ? -1 : 1));
  let at = 0;
  let sum = paid[0]?.gas ?? 0n;
  return percentiles.map((percentile) => {
    const threshold = (Number(header.gasUsed) * percentile) / 100;
    while (Number(sum) < threshold && at < paid.length - 1)
      sum += (paid[++at] as { gas: bigint }).gas;
    return toQuantity(paid[at]?.tip ?? 0n);
  });
}

function tipOf(raw: Uint8Array, baseFee: bigint): bigint {
  return effectiveGasPrice(decodeSignedTx(raw), baseFee) - baseFee;
}
