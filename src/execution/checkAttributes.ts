import { isActive } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { ExecutionConfig } from './executionConfig.ts';

/**
 * Why no block with these attributes can stand on `parent`, or undefined. Looks at everything but
 * transactions and extraData.
 *
 * @spec protocol/execution.md 3.11, 3.12
 */
export function checkAttributes(
  config: ExecutionConfig,
  parent: Header,
  attributes: PayloadAttributes,
): string | undefined {
  const { timestamp, withdrawals, parentBeaconBlockRoot } = attributes;
  if (timestamp <= parent.timestamp) {
    return `timestamp: expected more than the parent's ${parent.timestamp}, found ${timestamp}`;
  }
  const canyon = isActive(config.forkTimes, 'canyon', timestamp);
  if (canyon !== (withdrawals !== undefined)) {
    return `withdrawals must be ${canyon ? 'present from' : 'absent before'} Canyon`;
  }
  if (withdrawals !== undefined && withdrawals.length > 0) {
    return `withdrawals: expected none, found ${withdrawals.length}`;
  }
  const ecotone = isActive(config.forkTimes, 'ecotone', timestamp);
  if (ecotone !== (parentBeaconBlockRoot !== undefined)) {
    return `parentBeaconBlockRoot must be ${ecotone ? 'present from' : 'absent before'} Ecotone`;
  }
  return undefined;
}
