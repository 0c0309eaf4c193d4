import { describe, expect, test } from 'vitest';
import { listedKzg } from '../../src/node/listedKzg.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { makeBlob, QUICK_KZG } from '../support/beaconServer.ts';

describe('listedKzg', () => {
  test('default: listed until the first answer, however many ask', async () => {
    let load = (): void => {};
    const loaded = new Promise<void>((resolve) => {
      load = resolve;
    });
    const waits = createWaits();
    const commitment = async (blob: Uint8Array): Promise<Uint8Array> => {
      await loaded;
      return QUICK_KZG.commitment(blob);
    };
    const kzg = listedKzg({ commitment }, waits);
    const { blob } = makeBlob(1);
    const answers = [kzg.commitment(blob), kzg.commitment(blob)];
    expect(waits.list().map(({ name }) => name)).toEqual(['the KZG setup to load']);
    load();
    expect(await Promise.all(answers)).toEqual(Array(2).fill(await QUICK_KZG.commitment(blob)));
    expect(waits.list()).toEqual([]);
    const later = kzg.commitment(blob);
    expect(waits.list()).toEqual([]);
    await later;
  });

  test('error: a blob that is none ends the wait too', async () => {
    const waits = createWaits();
    const kzg = listedKzg(QUICK_KZG, waits);
    await expect(kzg.commitment(makeBlob(255).blob)).rejects.toThrow(RangeError);
    expect(waits.list()).toEqual([]);
  });
});
