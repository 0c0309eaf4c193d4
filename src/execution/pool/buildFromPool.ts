import type { Hash } from '../../base/bytes.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';
import { nextBaseFee } from '../baseFee.ts';
import type { EngineBuildOutcome, ExecutionEngine } from '../engine.ts';
import type { TxPool } from './txPool.ts';

/**
 * Builds a block as `attributes` want it: with `noTxPool` of their transactions alone, else with
 * the pool's behind them, as many as fit.
 */
export async function buildFromPool(
  engine: ExecutionEngine,
  pool: TxPool,
  parentHash: Hash,
  attributes: PayloadAttributes,
): Promise<EngineBuildOutcome> {
  const parent = engine.block(parentHash);
  if (attributes.noTxPool || parent === undefined) return engine.build(parentHash, attributes);
  const baseFee = nextBaseFee(engine.config, parent.header, attributes.timestamp);
  return engine.build(parentHash, attributes, pool.candidates(baseFee));
}
