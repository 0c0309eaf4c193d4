import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileMemory, NO_MEMORY } from '../../src/sequencer/memory.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'headwater-memory-'));

describe('fileMemory', () => {
  test('error: a folder in its place, and a folder that is not there', async () => {
    const at = folder();
    await expect(fileMemory(at).read()).rejects.toThrow(/^`rpc\.admin-state`.*\(EISDIR\)$/);
    const below = fileMemory(join(at, 'none/state.json'));
    await expect(below.write(true)).rejects.toThrow(/^`rpc\.admin-state`.*\(ENOENT\)$/);
  });

  test('default: what was written is read', async () => {
    const path = join(folder(), 'state.json');
    const memory = fileMemory(path);
    expect(await memory.read()).toBeUndefined();
    await memory.write(true);
    expect(await memory.read()).toBe(true);
    await memory.write(false);
    expect(await fileMemory(path).read()).toBe(false);
  });

  test('behavior: in the form of op-node, and nothing beside it', async () => {
    const at = folder();
    await fileMemory(join(at, 'state.json')).write(true);
    expect(JSON.parse(readFileSync(join(at, 'state.json'), 'utf8'))).toEqual({
      sequencerStarted: true,
    });
    expect(readdirSync(at)).toEqual(['state.json']);
  });

  test('behavior: keys of other versions are passed over', async () => {
    const path = join(folder(), 'state.json');
    writeFileSync(path, '{"sequencerStarted":false,"sdmPostExecOptIn":true}');
    expect(await fileMemory(path).read()).toBe(false);
  });

  test.each(['', '{', '{}', '{"sequencerStarted":1}'])('error: a file `%s`', async (text) => {
    const path = join(folder(), 'state.json');
    writeFileSync(path, text);
    await expect(fileMemory(path).read()).rejects.toThrow('rpc.admin-state');
  });
});

describe('NO_MEMORY', () => {
  test('default: forgets', async () => {
    await NO_MEMORY.write(true);
    expect(await NO_MEMORY.read()).toBeUndefined();
  });
});
