import type { Hash, Hex } from '../../base/bytes.ts';

/** A case of the differential corpus, as its README describes the JSON. */
export type CaseJson = {
  readonly name: string;
  readonly family: string;
  readonly referenceDefect?: boolean;
  readonly rollup: object;
  readonly l1ChainConfig: object;
  readonly start: {
    readonly safeHead: RefJson;
    readonly l2?: readonly L2BlockJson[];
  };
  readonly l1: readonly L1BlockJson[];
  readonly reorg?: { readonly from: number; readonly l1: readonly L1BlockJson[] };
  readonly blobs?: readonly {
    readonly versionedHash: Hash;
    readonly payload: string;
    readonly patch?: readonly (readonly [number, number])[];
  }[];
  readonly detail: 'full' | 'compact';
  readonly expect: { readonly steps: readonly StepJson[] | null; readonly final: FinalJson };
};

/** An L2 block reference. `time` in seconds. */
export type RefJson = {
  readonly number: number;
  readonly hash: Hash;
  readonly parentHash?: Hash;
  readonly time: number;
  readonly l1Origin: { readonly number: number; readonly hash: Hash };
  readonly sequenceNumber: number;
};

/** A block of the engine's content at the start. */
export type L2BlockJson = {
  readonly number: number;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: number;
  readonly gasLimit: string;
  readonly extraData: string;
  readonly transactions: readonly string[];
};

/** An L1 block with all its transactions. */
export type L1BlockJson = {
  readonly number: number;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: number;
  readonly baseFeePerGas: string;
  readonly mixHash: Hash;
  readonly excessBlobGas?: string;
  readonly parentBeaconBlockRoot?: Hash;
  readonly transactions?: readonly TransactionJson[];
  readonly receipts?: readonly {
    readonly status: number;
    readonly logs?: readonly {
      readonly address: string;
      readonly topics: readonly Hash[] | null;
      readonly data: string;
    }[];
  }[];
};

/** An L1 transaction; a long input is given in parts. */
export type TransactionJson = {
  readonly type: number;
  readonly from: string;
  readonly to: string | null;
  readonly input?: string;
  readonly inputParts?: readonly {
    readonly hex?: string;
    readonly fill?: number;
    readonly count?: number;
  }[];
  readonly blobVersionedHashes?: readonly Hash[];
};

/** What the reference did in one step. */
export type StepJson = {
  readonly kind: 'block' | 'invalid' | 'reset';
  readonly number?: number;
  readonly derivedFrom: number;
  readonly epoch: number;
  readonly sequenceNumber: number;
  readonly concluding: boolean;
  readonly depositsOnlyReplacement?: boolean;
  readonly attributes?: AttributesJson;
  readonly hash?: Hex;
  readonly parent?: Hash;
};

/** Attributes of a step; compact cases leave most of them out. */
export type AttributesJson = {
  readonly timestamp: number;
  readonly gasLimit: string;
  readonly txCount: number;
  readonly depositCount: number;
  readonly eip1559Params?: Hex;
  readonly minBaseFee?: string;
  readonly prevRandao?: Hash;
  readonly feeRecipient?: string;
  readonly withdrawals?: number;
  readonly parentBeaconBlockRoot?: Hash;
  readonly noTxPool?: boolean;
  readonly txsHash?: Hash;
  readonly transactions?: readonly string[];
};

/** Where the reference ended. */
export type FinalJson = {
  readonly outcome: 'idle' | 'critical' | 'resetLoop' | 'panic';
  readonly error?: string;
  readonly safe: RefJson;
  readonly pendingSafe?: RefJson;
  readonly l1Origin: { readonly number: number; readonly hash: Hash };
};
