import { type Address, bigintToBytes, bytesToHex, type Hex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { TxPool } from '../pool/txPool.ts';
import { type AccountProof, proveAccount } from '../state/proof.ts';
import { accountOf, balanceOf, codeOf, storageOf, type WorldState } from '../state/worldState.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { invalidParam, readAddress, readBlockTag, required, show } from './params.ts';
import { requireBlock, stateOf } from './selectBlock.ts';
import type { JsonObject } from './transactionJson.ts';

/** Slots of one `eth_getProof`. */
const MAX_PROOF_SLOTS = 1024;

/** Reads of accounts and storage. */
export function stateMethods(engine: ExecutionEngine, pool: TxPool): RpcMethods {
  return {
    eth_getBalance: async (params, options) => {
      const address = readAddress(params, 0);
      const state = await readState(engine, params, 1, options);
      return toQuantity(balanceOf(state, address));
    },
    eth_getTransactionCount: async (params, options) => {
      const address = readAddress(params, 0);
      const state = await readState(engine, params, 1, options);
      const nonce = accountOf(state, address)?.nonce ?? 0n;
      return toQuantity(params[1] === 'pending' ? pool.nextNonce(address, nonce) : nonce);
    },
    eth_getCode: async (params, options) => {
      const address = readAddress(params, 0);
      const state = await readState(engine, params, 1, options);
      return bytesToHex(codeOf(state, address));
    },
    eth_getStorageAt: async (params, options) => {
      const address = readAddress(params, 0);
      const slot = readSlot(required(params, 1), 1);
      const state = await readState(engine, params, 2, options);
      return bytesToHex(bigintToBytes(storageOf(state, address, slot.key), 32));
    },
    eth_getProof: async (params, options) => {
      const address = readAddress(params, 0);
      const slots = readSlots(params);
      const state = await readState(engine, params, 2, options);
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

function proofJson(address: Address, slots: readonly AskedSlot[], proof: AccountProof): JsonObject {
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

/** 32 bytes, or a shortened form with leading zeros left out; op-geth needs no `0x` here. */
function readSlot(value: JsonValue, index: number): AskedSlot {
  const digits = typeof value === 'string' ? value.replace(/^0x/i, '') : undefined;
  if (digits === undefined || !/^[\da-f]{0,64}$/i.test(digits)) {
    throw invalidParam(index, `unable to decode storage key: ${show(value)}`);
  }
  const key = BigInt(`0x0${digits}`);
  const name = digits.length === 64 ? (`0x${digits.toLowerCase()}` as Hex) : toQuantity(key);
  return { key, name };
}

/** The state after the block that the parameter at `index` names. @throws RpcError */
function readState(
  engine: ExecutionEngine,
  params: readonly JsonValue[],
  index: number,
  options: AbortOptions,
): Promise<WorldState> {
  return stateOf(engine, requireBlock(engine, readBlockTag(params, index)), options);
}
