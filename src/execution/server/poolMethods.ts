import type { Address, Hash } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { PooledTx } from '../candidateTxs.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { TxPool } from '../pool/txPool.ts';
import { accountOf } from '../state/worldState.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { readAddress, readBytes, readQuantity } from './params.ts';
import { headBlock, stateOf } from './selectBlock.ts';
import { type JsonObject, toPendingJson } from './transactionJson.ts';
import { DecodeError } from '../../base/errors.ts';
import { decodeSignedTx } from '../transaction.ts';

/** What happens to transactions that are sent. */
export type SendingRules = {
  /** Most a transaction may offer for gas, in wei; 0 is no limit. */
  readonly txFeeCap: bigint;
  /** Hands a transaction to the sequencer in place of the pool. @throws RpcError */
  readonly forward: ((raw: Uint8Array) => Promise<Hash>) | undefined;
};

/** Sending transactions, and looking at those that wait. */
export function poolMethods(
  engine: ExecutionEngine,
  pool: TxPool,
  { txFeeCap, forward }: SendingRules,
): RpcMethods {
  const sorted = () => sortPool(engine, pool);
  return {
    eth_sendRawTransaction: async (params) => {
      const raw = readBytes(params, 0);
      assertFeeCap(raw, txFeeCap);
      if (forward !== undefined) return forward(raw);
      const outcome = await pool.add(raw);
      if (outcome.type === 'added') return outcome.hash;
      throw new RpcError('application', outcome.reason);
    },
    miner_setMaxDASize: (params) => {
      const [maxTxBytes, maxBlockBytes] = [
        readQuantity(params, 0, 256),
        readQuantity(params, 1, 256),
      ];
      pool.setDaLimits({ maxTxBytes, maxBlockBytes });
      return true;
    },
    txpool_status: async () => {
      const { pending, queued } = await sorted();
      return { pending: toQuantity(count(pending)), queued: toQuantity(count(queued)) };
    },
    txpool_content: async () => {
      const { pending, queued } = await sorted();
      return { pending: contentJson(pending), queued: contentJson(queued) };
    },
    txpool_contentFrom: async (params) => {
      const address = readAddress(params, 0);
      const { pending, queued } = await sorted();
      return {
        pending: lineJson(pending.get(address) ?? []),
        queued: lineJson(queued.get(address) ?? []),
      };
    },
  };
}

type Lines = ReadonlyMap<Address, readonly PooledTx[]>;

/** Parts transactions that can be in the next block from those behind a gap of nonces. */
async function sortPool(
  engine: ExecutionEngine,
  pool: TxPool,
): Promise<{ readonly pending: Lines; readonly queued: Lines }> {
  const state = await stateOf(engine, headBlock(engine), {});
  const pending = new Map<Address, readonly PooledTx[]>();
  const queued = new Map<Address, readonly PooledTx[]>();
  for (const [sender, line] of pool.content()) {
    const next = pool.nextNonce(sender, accountOf(state, sender)?.nonce ?? 0n);
    const ready = line.filter(({ tx }) => tx.nonce < next);
    if (ready.length > 0) pending.set(sender, ready);
    if (ready.length < line.length) queued.set(sender, line.slice(ready.length));
  }
  return { pending, queued };
}

function count(lines: Lines): bigint {
  let total = 0;
  for (const line of lines.values()) total += line.length;
  return BigInt(total);
}

function contentJson(lines: Lines): JsonObject {
  return Object.fromEntries([...lines].map(([sender, line]) => [sender, lineJson(line)]));
}

function lineJson(line: readonly PooledTx[]): JsonValue {
  return Object.fromEntries(line.map(({ raw, tx }) => [`${tx.nonce}`, toPendingJson(raw, tx)]));
}

/** Guards a wallet against a slip: 0 is no limit. */
function assertFeeCap(raw: Uint8Array, cap: bigint): void {
  if (cap === 0n) return;
  let fee: bigint;
  try {
    const tx = decodeSignedTx(raw);
    fee = tx.maxFeePerGas * tx.gasLimit;
  } catch (error) {
    // The pool tells what is wrong with it.
    if (error instanceof DecodeError) return;
    throw error;
  }
  if (fee <= cap) return;
  const [found, most] = [toEther(fee), toEther(cap)];
  throw new RpcError(
    'application',
    `tx fee (${found} ether) exceeds the configured cap (${most} ether)`,
  );
}

function toEther(wei: bigint): string {
  return (Number(wei) / 1e18).toFixed(2);
}
