import { type ChildProcess, fork } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildContext, context } from 'esbuild';
import { applyMutant, type Mutant } from './mutants.ts';

/** What became of a mutant: the test that noticed it, if one did. */
export type Outcome = {
  readonly type: 'killed' | 'survived' | 'broken';
  readonly by: string;
  /** What each test file took, of those that passed, in their order. */
  readonly tookMs: readonly number[];
};

/** A copy of the repository in which mutants are made and tried, one at a time. */
export type Workshop = {
  /** Tries a mutant, or nothing: then every test must pass. */
  readonly attempt: (mutant: Mutant | undefined, files: readonly string[]) => Promise<Outcome>;
  readonly close: () => Promise<void>;
};

/** A test of a mutant that runs longer than this is in an endless loop, which is a failure too. */
const PATIENCE_MS = 10_000;

/** The same on unchanged sources, where a busy machine must not pass for a failure. */
const PATIENCE_UNCHANGED_MS = 60_000;

/** Modules of old bundles stay in memory, so the process is renewed now and then. */
const MUTANTS_PER_PROCESS = 40;

/**
 * Sets up the copy. Nothing of the work tree is changed.
 *
 * @param tests  Test files that can be asked for, relative to the repository.
 */
export async function openWorkshop(root: string, tests: readonly string[]): Promise<Workshop> {
  const copy = mkdtempSync(join(tmpdir(), 'headwater-mutate-'));
  for (const folder of ['src', 'test', 'scripts']) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
  }
  for (const name of ['node_modules', 'specs-vectors']) {
    symlinkSync(join(root, name), join(copy, name));
  }
  // Bundled tests look for it beside their own folder.
  mkdirSync(join(copy, 'out'));
  symlinkSync(join(root, 'specs-vectors'), join(copy, 'out/specs-vectors'));
  const bundles = await bundlerOf(root, copy, tests);
  let child: ChildProcess | undefined;
  let uses = 0;
  const attempt: Workshop['attempt'] = async (mutant, files) => {
    const path = mutant === undefined ? undefined : join(copy, mutant.path);
    const text = path === undefined ? '' : readFileSync(path, 'utf8');
    if (path !== undefined) writeFileSync(path, applyMutant(text, mutant as Mutant));
    try {
      const built = await rebuild(bundles, copy);
      if (built === undefined) return { type: 'broken', by: 'it does not build', tookMs: [] };
      if (child === undefined || child.exitCode !== null || uses++ % MUTANTS_PER_PROCESS === 0) {
        child?.kill('SIGKILL');
        child = spawnRunner(root, copy);
      }
      const urlOf = (file: string) => pathToFileURL(built.get(file) as string).href;
      const request = { setup: urlOf('test/setup.ts'), files: files.map(urlOf) };
      const { by, died, tookMs } = await ask(
        child,
        request,
        mutant === undefined ? PATIENCE_UNCHANGED_MS : PATIENCE_MS,
      );
      if (died) child = undefined;
      return by === undefined
        ? { type: 'survived', by: '', tookMs }
        : { type: 'killed', by, tookMs };
    } finally {
      if (path !== undefined) writeFileSync(path, text);
    }
  };
  const close = async () => {
    child?.kill('SIGKILL');
    await bundles.dispose();
    rmSync(copy, { recursive: true, force: true });
  };
  return { attempt, close };
}

/** Bundles of the test files, what they share split off; packages stay outside. */
function bundlerOf(root: string, copy: string, tests: readonly string[]): Promise<BuildContext> {
  const vitest = pathToFileURL(join(root, 'node_modules/vitest/dist/index.js')).href;
  return context({
    absWorkingDir: copy,
    entryPoints: ['test/setup.ts', 'scripts/mutate/runner.ts', ...tests],
    outdir: join(copy, 'out'),
    outbase: copy,
    entryNames: '[dir]/[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    metafile: true,
    logLevel: 'silent',
    packages: 'external',
    plugins: [
      {
        name: 'collect tests',
        setup: (build) => {
          const shim = join(copy, 'scripts/mutate/testShim.ts');
          build.onResolve({ filter: /^vitest$/ }, () => ({ path: shim }));
          build.onResolve({ filter: /^vitest-itself$/ }, () => ({ path: vitest, external: true }));
        },
      },
    ],
  });
}

/** Bundle of each entry by its path, or undefined when the sources do not parse. */
async function rebuild(
  bundles: BuildContext,
  copy: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { metafile } = await bundles.rebuild();
    const found = new Map<string, string>();
    for (const [output, { entryPoint }] of Object.entries(metafile?.outputs ?? {})) {
      if (entryPoint !== undefined) found.set(entryPoint, join(copy, output));
    }
    writeFileSync(join(copy, 'runner.txt'), found.get('scripts/mutate/runner.ts') ?? '');
    return found;
  } catch {
    return undefined;
  }
}

function spawnRunner(root: string, copy: string): ChildProcess {
  const shared = process.env['HEADWATER_SHARED'] ?? join(root, '../shared');
  return fork(readFileSync(join(copy, 'runner.txt'), 'utf8'), {
    cwd: copy,
    stdio: 'ignore',
    execArgv: ['--max-old-space-size=1500'],
    env: { ...process.env, HEADWATER_SHARED: shared },
  });
}

type Answer = {
  readonly by: string | undefined;
  readonly died: boolean;
  readonly tookMs: readonly number[];
};

type Message = { killedBy: string | null; tookMs: readonly number[] } | { at: string };

function ask(child: ChildProcess, request: object, patienceMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(answer);
    };
    const died = (by: string) => settle({ by, died: true, tookMs: [] });
    const onMessage = (message: Message) => {
      if ('at' in message) timer.refresh();
      else settle({ by: message.killedBy ?? undefined, died: false, tookMs: message.tookMs });
    };
    const onExit = () => died('the process died');
    const timer = setTimeout(() => {
      child.off('exit', onExit);
      child.kill('SIGKILL');
      died('an endless loop');
    }, patienceMs);
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(request);
  });
}
