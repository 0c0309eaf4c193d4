import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { levelFault } from '../../src/storage/levelFault.ts';

describe('levelFault', () => {
  test.each([
    ['IO error: /data/MANIFEST-000006: No space left on device', 'Make room'],
    ['IO error: /data/000007.log: Disk quota exceeded', 'Make room'],
    ['IO error: /data/000005.ldb: Input/output error', 'Look at the disk'],
    ['IO error: /data/000005.ldb: Too many open files', 'Allow more open files'],
    ['IO error: /data/CURRENT: Permission denied', 'Let this user'],
  ])('default: %s', (reason, remedy) => {
    const fault = levelFault('/data', 'datadir', new Error(reason));
    expect(fault.message).toContain(`${reason}. ${remedy}`);
    expect(fault.message).not.toMatch(/remove/i);
  });

  test.each([
    'Corruption: 1 missing files; e.g.: /data/000005.ldb',
    'IO error: /data/000005.ldb: Invalid argument',
  ])('default: %s may be removed', (reason) => {
    const fault = levelFault('/data', 'datadir', new Error(reason));
    expect(fault).toBeInstanceOf(ConfigError);
    expect(fault.message).toMatch(/or remove the folder: all in it is derived again$/);
  });
});
