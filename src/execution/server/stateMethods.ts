import { type Address, bigintToBytes, bytesToHex, type Hex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { TxPool } from '../pool/txPool.ts';
import { proveAccount } from '../state/proof.ts';
import { accountOf, balanceOf, codeOf, storageOf } from '../state/worldState.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { invalidParam, readAddress, required, show } from './params.ts';
import { readBlockState } from './selectBlock.ts';
import type { JsonObject } from './transactionJson.ts';

/** Slots of one `eth_getProof`. */
const MAX_PROOF_SLOTS = 1024;

/** Reads of accounts and storage. */
export function stateMethods(engine: ExecutionEngine, pool: TxPool): RpcMethods {
  return {
    eth_getBalance: async (params) => {
      const address = readAddress(params, 0);
      const { state } = await readBlockState(engine, params, 1);
      return toQuantity(balanceOf(state, address));
    },
    eth_getTransactionCount: async (params) => {
      const address = readAddress(params, 0);
      const { state } = await readBlockState(engine, params, 1);
      const nonce = accountOf(state, address)?.nonce ?? 0n;
      return toQuantity(params[1] === 'pending' ? pool.nextNonce(address, nonce) : nonce);
    },
    eth_getCode: async (params) => {
      const address = readAddress(params, 0);
      const { state } = await readBlockState(engine, params, 1);
      return bytesToHex(codeOf(state, address));
    },
    eth_getStorageAt: async (params) => {
      const address = readAddress(params, 0);
      const slot = readSlot(required(params, 1), 1);
      const { state } = await readBlockState(engine, params, 2);
      return bytesToHex(bigintToBytes(storageOf(state, address, slot.key), 32));
    },
    eth_getProof: async (params) => {
      const address = readAddress(params, 0);
      const slots = readSlots(params);
      const { state } = await readBlockState(engine, params, 2);
      return proofJson(
        address,
        slots,
        proveAccount(
          state,
          address,
          slots.map(({ key }) => key),
        ),
      );
    },
  };
}

/** A slot and how the answer names it: as it was asked for. */
type AskedSlot = { readonly key: bigint; readonly name: Hex };

function proofJson(
  address: Address,
  slots: readonly AskedSlot[],
  proof: ReturnType<typeof proveAccount>,
): JsonObject {
  const { account, storageRoot } = proof;
  return {
    address,
    accountProof: proof.nodes.map(bytesToHex),
    balance: toQuantity(account.balance),
    codeHash: account.codeHash,
    nonce: toQuantity(account.nonce),
    storageHash: storageRoot,
    storageProof: proof.slots.map(({ value, nodes }, i) => ({
      key: (slots[i] as AskedSlot).name,
      value: toQuantity(value),
      proof: nodes.map(bytesToHex),
    })),
  };
}

function readSlots(params: readonly JsonValue[]): readonly AskedSlot[] {
  const list = required(params, 1);
  if (!Array.isArray(list)) throw invalidParam(1, `expected a list of slots, found ${show(list)}`);
  if (list.length > MAX_PROOF_SLOTS) {
    throw new RpcError(
      'invalidParams',
      `too many keys: ${list.length}, at most ${MAX_PROOF_SLOTS}`,
    );
  }
  return (list as readonly JsonValue[]).map((value) => readSlot(value, 1));
}

/** 32 bytes, or a shortened form of them with leading zeros left out. */
function readSlot(value: JsonValue, index: number): AskedSlot {
  if (typeof value === 'string' && /^0x[\da-f]{1,64}$/i.test(value)) {
    const name = value.length === 66 ? (value.toLowerCase() as Hex) : toQuantity(BigInt(value));
    return { key: BigInt(value), name };
  }
  throw invalidParam(index, `unable to decode storage key: ${show(value)}`);
}
