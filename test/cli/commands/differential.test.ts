import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

type Case = {
  readonly name: string;
  readonly referenceDefect?: boolean;
  readonly expect: { readonly steps: { epoch: number }[] | null };
};

const QUIRKS = 'data/differential/quirks.ndjson.gz';

describe.skipIf(lacksShared(QUIRKS))('registerDifferential', () => {
  let folder: string;
  let cases: Case[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-differential-'));
    cases = gunzipSync(readFileSync(sharedPath(QUIRKS)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Case);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function run(changed: readonly object[]): Promise<{ exitCode: number; out: string }> {
    const file = join(folder, 'cases.ndjson');
    writeFileSync(file, changed.map((json) => `${JSON.stringify(json)}\n`).join(''));
    const io = captureIo();
    const exitCode = await runCli(['differential', file], io);
    return { exitCode, out: io.out() };
  }

  test('default: counts equal and excused cases', async () => {
    const { exitCode, out } = await run(cases);
    expect(exitCode).toBe(0);
    expect(out).toBe('32 cases, 24 equal, 0 different, 8 excused\n');
  });

  test('error: the first difference of a case is told, and the others still count', async () => {
    const sound = cases
      .filter((json) => json.referenceDefect !== true && (json.expect.steps?.length ?? 0) > 4)
      .slice(0, 2);
    const [first] = sound;
    const step = first?.expect.steps?.[3];
    if (step === undefined) throw new Error('expected a case with steps');
    step.epoch += 1;
    const { exitCode, out } = await run(sound);
    expect(exitCode).toBe(1);
    expect(out).toContain(`: ${first?.name}\n  step 3`);
    expect(out).toContain('epoch');
    expect(out.trimEnd().split('\n').at(-1)).toBe('2 cases, 1 equal, 1 different, 0 excused');
  });

  test('error: a step too few or too many is a difference', async () => {
    const sound = cases
      .filter((json) => json.referenceDefect !== true && (json.expect.steps?.length ?? 0) > 4)
      .slice(0, 2);
    sound[0]?.expect.steps?.pop();
    sound[1]?.expect.steps?.push({ ...sound[1].expect.steps[0], epoch: 0 });
    expect((await run(sound)).out).toContain('2 cases, 0 equal, 2 different, 0 excused');
  });

  test('error: a case in another form is told by line, and the others still count', async () => {
    const sound = cases.find((json) => json.referenceDefect !== true) as Case;
    const odd = { ...structuredClone(sound), l1: [null], name: undefined };
    const { exitCode, out } = await run([odd, sound]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^different {2}.*, line 1\n {2}reading it\n/);
    expect(out).toContain('2 cases, 1 equal, 1 different, 0 excused');
  });

  test('error: a file that holds no cases is unreadable input', async () => {
    expect((await run([{ name: 'nothing' }])).exitCode).toBe(2);
    // An empty file must not count as "all equal".
    expect((await run([])).exitCode).toBe(2);
  });
});
