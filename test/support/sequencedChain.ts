import { bytesToHex, type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { buildGenesis } from '../../src/devnet/genesis/buildGenesis.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import { toAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import type { JovianL1Info } from '../../src/protocol/l1Info.ts';
import { encodeL1InfoData } from '../../src/protocol/l1Info.ts';
import { L1_INFO_DEPOSITOR, L1_INFO_TX_GAS } from '../../src/protocol/l1InfoTx.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { L1_BLOCK } from '../../src/protocol/predeploys.ts';
import { genesisOptions } from './genesis.ts';
import { type ServedEngine, serveEngine } from './servedEngine.ts';

/** A new chain on Karst that a test sequences over the Engine API. */
export type SequencedChain = ServedEngine & {
  /** Builds a block on the head from the pool, and makes it the head. @returns its hash. */
  readonly sequence: (change?: Partial<PayloadAttributes>) => Promise<Hash>;
};

/** Starts the chain with its first account (index 5) rich. */
export async function startSequencedChain(): Promise<SequencedChain> {
  const schedule = { atGenesis: 'karst', until: 'karst', upgradeEvery: 0n } as const;
  const { genesis } = await buildGenesis(genesisOptions(schedule));
  const served = await serveEngine(genesis);
  const { engine, call } = served;
  const sequence = async (change: Partial<PayloadAttributes> = {}): Promise<Hash> => {
    const { head } = engine.heads();
    const parent = engine.block(head)?.header;
    if (parent === undefined) throw new Error('expected a head');
    const attributes = { ...sequencedAttributes(parent.number + 1n, parent.timestamp), ...change };
    const state = { headBlockHash: head, safeBlockHash: ZERO_HASH, finalizedBlockHash: ZERO_HASH };
    const json = toAttributesJson(attributes);
    const started = await call('engine_forkchoiceUpdatedV3', state, json);
    const { payloadId } = resultOf<{ payloadId: string }>(started);
    const got = await call('engine_getPayloadV5', payloadId);
    const { executionPayload, parentBeaconBlockRoot } = resultOf<{
      executionPayload: { blockHash: Hash };
      parentBeaconBlockRoot: Hash;
    }>(got);
    const put = await call('engine_newPayloadV4', executionPayload, [], parentBeaconBlockRoot, []);
    const { status } = resultOf<{ status: string }>(put);
    if (status !== 'VALID') throw new Error(`expected VALID, found ${status}`);
    const { blockHash } = executionPayload;
    await call('engine_forkchoiceUpdatedV3', { ...state, headBlockHash: blockHash }, null);
    return blockHash;
  };
  return { ...served, sequence };
}

/** Attributes of a Karst block with nothing but the L1 attributes in its forced list. */
export function sequencedAttributes(number: bigint, parentTime: bigint): PayloadAttributes {
  return {
    timestamp: parentTime + 2n,
    prevRandao: ZERO_HASH,
    suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
    withdrawals: [],
    parentBeaconBlockRoot: ZERO_HASH,
    transactions: [l1AttributesTx(number, parentTime)],
    noTxPool: false,
    gasLimit: 60_000_000n,
    eip1559Params: '0x000000fa00000006',
    minBaseFee: 0n,
  };
}

function l1AttributesTx(sequenceNumber: bigint, timestamp: bigint): Uint8Array {
  const info: JovianL1Info = {
    format: 'jovian',
    number: 4n,
    timestamp,
    baseFee: 10n ** 9n,
    hash: `0x${'11'.repeat(32)}`,
    sequenceNumber,
    batcherAddr: `0x${'ba'.repeat(20)}`,
    baseFeeScalar: 1368n,
    blobBaseFeeScalar: 810_949n,
    blobBaseFee: 1n,
    operatorFeeScalar: 0n,
    operatorFeeConstant: 0n,
    daFootprintGasScalar: 400,
  };
  return encodeDepositTx({
    sourceHash: bytesToHex(new Uint8Array(32).fill(Number(sequenceNumber % 256n))),
    from: L1_INFO_DEPOSITOR,
    to: L1_BLOCK,
    mint: 0n,
    value: 0n,
    gas: L1_INFO_TX_GAS,
    isSystemTx: false,
    data: encodeL1InfoData(info),
  });
}

/** The result of a call that must have gone well. */
export function resultOf<T>(reply: { readonly result?: unknown; readonly error?: unknown }): T {
  if (reply.result === undefined) throw new Error(`expected a result: ${JSON.stringify(reply)}`);
  return reply.result as T;
}
