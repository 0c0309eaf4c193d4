import { ConfigError } from '../base/errors.ts';
import {
  type ConfigObject,
  isAbsent,
  readObject,
  readOptionalUint,
  readUint,
  show,
  toConfigObject,
} from './configFields.ts';
import type { BlobParams, L1ChainConfig } from './l1ChainConfig.ts';

const U64 = { bits: 64 } as const;
const COUNT = { bits: 32 } as const;

/** L1 forks that may change blob parameters, oldest first, as geth names them. */
const L1_BLOB_FORKS = [
  'cancun',
  'prague',
  'osaka',
  'bpo1',
  'bpo2',
  'bpo3',
  'bpo4',
  'bpo5',
  'amsterdam',
] as const;

/**
 * The blob schedule in geth's chain config JSON (`cancunTime`, `bpo1Time`, …, `blobSchedule`).
 *
 * A fork with a time and no entry in the schedule changes nothing; an entry without a time is never
 * reached. Where several forks share a time, the newest counts. All other keys are left alone: they
 * are the L1's business. A genesis file is accepted too; its `config` is read.
 *
 * @param chainId  For files that do not tell the chain id.
 * @throws ConfigError naming the field, the value and the accepted form.
 * @spec   protocol/derivation.md 1.4
 */
export function parseL1ChainConfig(json: unknown, chainId?: bigint): L1ChainConfig {
  const outer = toConfigObject(json, '');
  const file = isAbsent(outer, 'config') ? outer : readObject(outer, 'config');
  const bounds = { bits: 256, min: 1n } as const;
  const isChainIdKnown = chainId !== undefined && isAbsent(file, 'chainId');
  return {
    chainId: isChainIdKnown ? chainId : readUint(file, 'chainId', bounds),
    blobSchedule: readSchedule(file),
  };
}

function readSchedule(file: ConfigObject): readonly BlobParams[] {
  const schedule: BlobParams[] = [];
  let latest = 0n;
  for (const fork of L1_BLOB_FORKS) {
    const time = readOptionalUint(file, `${fork}Time`, U64);
    if (time === undefined) continue;
    // Amsterdam may come between two changes of the blob parameters alone.
    if (time < latest && fork !== 'amsterdam') {
      const accepted = `a time not before that of the fork before it (${latest})`;
      throw new ConfigError(`${fork}Time`, show(time), accepted);
    }
    latest = fork === 'amsterdam' ? latest : time;
    const params = readParams(file, fork, time);
    if (params !== undefined) schedule.push(params);
  }
  const byTime = schedule.toSorted((left, right) => Number(left.time - right.time));
  return byTime.filter((params, i) => params.time !== byTime[i + 1]?.time);
}

function readParams(file: ConfigObject, fork: string, time: bigint): BlobParams | undefined {
  if (isAbsent(file, 'blobSchedule')) {
    throw new ConfigError('blobSchedule', 'nothing', 'an object with the blob parameters per fork');
  }
  const schedule = readObject(file, 'blobSchedule');
  if (isAbsent(schedule, fork)) return undefined;
  const params = readObject(schedule, fork);
  return {
    fork,
    time,
    target: Number(readUint(params, 'target', COUNT)),
    max: Number(readUint(params, 'max', COUNT)),
    baseFeeUpdateFraction: readUint(params, 'baseFeeUpdateFraction', { bits: 64, min: 1n }),
  };
}
