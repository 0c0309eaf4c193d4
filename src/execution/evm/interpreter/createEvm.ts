import { type Address, EMPTY_BYTES } from '../../../base/bytes.ts';
import { assert } from '../../../base/errors.ts';
import { newWordMap, setValueAt, type WordMap } from '../../../base/wordMap.ts';
import { FORKS } from '../../../protocol/forks.ts';
import { creationAddress } from '../../creationAddress.ts';
import { accountOf, type WorldState } from '../../state/worldState.ts';
import { createOsakaCommon, createRuleSet } from '../ethereumjs/ruleSet.ts';
import { hasRules } from '../forkRules.ts';
import type { Evm, EvmBlock, EvmFork, EvmMessage, EvmResult, RunOptions } from '../port.ts';
import { ARITHMETIC_OPS, CLZ_OP } from './arithmeticOps.ts';
import { CALL_OPS } from './callOps.ts';
import { type CodeCache, newCodeCache, trimCodeCache } from './code.ts';
import { BLOB_OPS, CONTEXT_OPS } from './contextOps.ts';
import { FLOW_OPS, MCOPY_OP, PUSH0_OP } from './flowOps.ts';
import { codeToRun, initCode, isTaken, mark, newFrame, openContract, transfer } from './frames.ts';
import type { Frame, Machine, Rules } from './machine.ts';
import { COLLISION } from './machine.ts';
import { tellRefused } from './observe.ts';
import { createOpTable, type OpEntry } from './opTable.ts';
import { createPrecompiles } from './precompiles.ts';
import { type RunOutcome, runFrames } from './run.ts';
import { STORAGE_OPS, TRANSIENT_OPS } from './storageOps.ts';

/**
 * Our own EVM, several times as fast as that of @ethereumjs/evm: state access is synchronous, code
 * is analyzed once per hash, and gas is a number. Precompiles: see `createPrecompiles`.
 */
export function createInterpreter(chainId: bigint): Evm {
  const osaka = createOsakaCommon(chainId);
  const codes = newCodeCache();
  const ruleSets = new Map<EvmFork, Rules>();
  const rulesOf = (fork: EvmFork): Rules => {
    const known = ruleSets.get(fork);
    if (known !== undefined) return known;
    const precompiles = createPrecompiles(fork, createRuleSet(fork, chainId), osaka);
    const rules: Rules = {
      table: createOpTable(opcodesOf(fork)),
      precompiles,
      metersInitCode: hasRules(fork, 'canyon'),
      onlyNewAccountsDie: hasRules(fork, 'ecotone'),
      followsDelegations: hasRules(fork, 'isthmus'),
    };
    ruleSets.set(fork, rules);
    return rules;
  };
  for (const fork of FORKS) rulesOf(fork);
  return {
    run: (state, block, message, options = {}) =>
      runMessage(rulesOf(block.fork), codes, state, block, message, options),
    precompiles: (fork) => [...rulesOf(fork).precompiles.keys()],
  };
}

function opcodesOf(fork: EvmFork): readonly OpEntry[] {
  return [
    ...ARITHMETIC_OPS,
    ...CONTEXT_OPS,
    ...FLOW_OPS,
    ...STORAGE_OPS,
    ...CALL_OPS,
    ...(hasRules(fork, 'canyon') ? [PUSH0_OP] : []),
    ...(hasRules(fork, 'ecotone') ? [MCOPY_OP, ...BLOB_OPS, ...TRANSIENT_OPS] : []),
    ...(hasRules(fork, 'karst') ? [CLZ_OP] : []),
  ];
}

async function runMessage(
  rules: Rules,
  codes: CodeCache,
  state: WorldState,
  block: EvmBlock,
  message: EvmMessage,
  { observer, pause }: RunOptions,
): Promise<EvmResult> {
  trimCodeCache(codes);
  assert(message.gasLimit <= MAX_GAS, `gas limit ${message.gasLimit} above 2^53: not countable`);
  const machine: Machine = {
    state,
    block,
    rules,
    codes,
    origin: BigInt(message.caller),
    gasPrice: message.gasPrice,
    warmAddresses: new Set([...rules.precompiles.keys(), ...message.warmAddresses]),
    warmSlots: warmSlots(message),
    transient: new Map(),
    created: new Set(),
    destroyed: new Set(),
    logs: [],
    undo: [],
    observer,
    pause,
    refund: 0,
  };
  const frame = outermostFrame(machine, message);
  const outcome = frame === undefined ? TAKEN : await runFrames(frame);
  const succeeded = outcome.status === 'success';
  return {
    status: outcome.status,
    reason: outcome.reason,
    gasUsed: message.gasLimit - BigInt(outcome.gasLeft),
    gasRefund: succeeded ? BigInt(machine.refund) : 0n,
    output: outcome.output,
    logs: machine.logs,
    selfDestructs: [...machine.destroyed],
  };
}

/** The frame of a message; undefined when the contract's address is taken. */
function outermostFrame(machine: Machine, message: EvmMessage): Frame | undefined {
  const { caller, value, data, to } = message;
  const start = mark(machine);
  const common = {
    machine,
    parent: undefined,
    depth: 0,
    isStatic: false,
    caller,
    value,
    gas: Number(message.gasLimit),
    outputOffset: 0,
    outputLength: 0,
  };
  if (to === undefined) {
    // The host has bumped the nonce that the address is derived from.
    const nonce = (accountOf(machine.state, caller)?.nonce ?? 1n) - 1n;
    const address = creationAddress(caller, nonce);
    machine.warmAddresses.add(address);
    if (isTaken(machine, address)) {
      const gas = Number(message.gasLimit);
      const call = { type: 'CREATE', from: caller, to: address, input: data, gas, value } as const;
      tellRefused(machine, call, TAKEN);
      return undefined;
    }
    openContract(machine, caller, address, value);
    const code = initCode(machine, data);
    const fields = {
      isCreation: true,
      address,
      target: address,
      data: EMPTY_BYTES,
      code,
      precompile: undefined,
    };
    return newFrame({ ...common, ...fields }, start);
  }
  transfer(machine, caller, to, value);
  const { code, delegate } = codeToRun(machine, to);
  if (delegate !== undefined) machine.warmAddresses.add(delegate);
  const precompile = machine.rules.precompiles.get(to);
  return newFrame(
    { ...common, isCreation: false, address: to, target: to, data, code, precompile },
    start,
  );
}

function warmSlots(message: EvmMessage): Map<Address, WordMap<true>> {
  const warm = new Map<Address, WordMap<true>>();
  for (const [address, slot] of message.warmSlots) {
    const slots = warm.get(address) ?? newWordMap<true>();
    setValueAt(slots, slot, true);
    warm.set(address, slots);
  }
  return warm;
}

/** Gas is counted in numbers, which are exact up to here; no block has as much. */
const MAX_GAS = 2n ** 53n;

const TAKEN: RunOutcome = {
  status: 'halt',
  reason: COLLISION.message,
  gasLeft: 0,
  output: EMPTY_BYTES,
};
