import { createKzg } from '../../src/native/kzg.ts';
import type { SidecarKzg } from '../../src/l1Tx/sidecar.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { createL1Client } from '../../src/l1Tx/l1Client.ts';
import type { Hex } from '../../src/base/bytes.ts';
import { localSigner } from '../../src/l1Tx/signer.ts';
import { createTxSender, type TxSender } from '../../src/l1Tx/txSender.ts';
import type { TxEvent, TxSenderConfig } from '../../src/l1Tx/txSenderParts.ts';

const GWEI = 1_000_000_000n;

/** Patience fit for an L1 that answers at once. */
export const QUICK_TX_CONFIG: TxSenderConfig = {
  numConfirmations: 1n,
  resubmissionTimeoutMs: 10_000,
  rebroadcastIntervalMs: 5_000,
  receiptQueryIntervalMs: 10,
  notInMempoolTimeoutMs: 10_000,
  retryIntervalMs: 10,
  maxRetries: 10,
  sendTimeoutMs: 0,
  safeAbortNonceTooLowCount: 3,
  feeLimits: {
    minTip: GWEI,
    maxTip: undefined,
    minBaseFee: GWEI,
    maxBaseFee: undefined,
    limitMultiplier: 5n,
    limitThreshold: 100n * GWEI,
  },
  cellProofTime: 0n,
  knownWords: [],
};

/** A transaction sender on a development L1, and what it told. */
export function txSenderOn(
  url: string,
  key: Hex,
  change: Partial<TxSenderConfig> = {},
  kzg: SidecarKzg = createKzg(),
): { readonly sender: TxSender; readonly events: TxEvent[] } {
  const events: TxEvent[] = [];
  const sender = createTxSender({
    l1: createL1Client(createHttpClient({ url: new URL(url) })),
    signer: localSigner(key),
    kzg,
    config: { ...QUICK_TX_CONFIG, ...change },
    onEvent: (event) => events.push(event),
  });
  return { sender, events };
}
