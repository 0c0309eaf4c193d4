import { describe, expect, test } from 'vitest';
import { forkTimesOf } from '../../../src/devnet/genesis/forkSchedule.ts';

describe('forkTimesOf', () => {
  test('default: 0 at genesis, then one after the other, then never', () => {
    const schedule = { atGenesis: 'granite', until: 'isthmus', upgradeEvery: 10n } as const;
    expect(forkTimesOf(schedule, 1000n, 2n)).toEqual({
      regolith: 0n,
      canyon: 0n,
      delta: 0n,
      ecotone: 0n,
      fjord: 0n,
      granite: 0n,
      holocene: 1010n,
      isthmus: 1020n,
      jovian: undefined,
      karst: undefined,
    });
  });

  test('error: two forks in one block, forks between two blocks, time going back', () => {
    const staged = { atGenesis: 'ecotone', until: 'karst' } as const;
    for (const upgradeEvery of [0n, 1n, 3n]) {
      expect(() => forkTimesOf({ ...staged, upgradeEvery }, 0n, 2n)).toThrow('upgradeEvery');
    }
    const back = { atGenesis: 'karst', until: 'ecotone', upgradeEvery: 2n } as const;
    expect(() => forkTimesOf(back, 0n, 2n)).toThrow('until');
  });
});
