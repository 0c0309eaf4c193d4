import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyUnnoticed } from './mutate/explained.ts';
import { type Mutant, mutantName, mutantsOf } from './mutate/mutants.ts';
import { openWorkshop, type Workshop } from './mutate/workshop.ts';
import { toSource } from './tidy/source.ts';
import { partArgument, readArguments } from './arguments.ts';

const HELP = `npm run mutate -- [options]

Changes one rule line at a time, in derivation and in the codecs of frames and batches, and shows
that a test fails. Mutants that no test notices are listed; those that cannot be noticed have their
reason in mutate/explained.ts. The work tree is never changed: all happens in a copy.

  --sample N   only N mutants, chosen by --seed S
  --part I/N   only every N-th mutant, from the I-th on
  --only TEXT  only mutants of files whose path contains TEXT
  --within S   stops after S seconds, however many have been tried by then
  --deep       what the quick tests miss is tried on the corpora too, and what is explained is
               tried as well`;

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const CODECS = readdirSync(join(ROOT, 'src/protocol'))
  .filter((name) =>
    /^(?:frame|channel|lostRead|singularBatch|spanBatch\w*|batchCodec)\.ts$/.test(name),
  )
  .map((name) => `src/protocol/${name}`);

/** Slow, or only about shared data: tried last, and only when asked for. */
const DEEP = ['differential', 'recordedChains', 'stretches'].map(
  (name) => `test/derive/${name}.test.ts`,
);

const { values } = readArguments(HELP, {
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    part: { type: 'string', default: '1/1' },
    only: { type: 'string', default: '' },
    within: { type: 'string', default: 'Infinity' },
    deep: { type: 'boolean', default: false },
  },
});

const derive = readdirSync(join(ROOT, 'src/derive')).map((name) => `src/derive/${name}`);
const sources = [...derive, ...CODECS]
  .filter((path) => path.includes(values.only))
  .map((path) => toSource(path, readFileSync(join(ROOT, path), 'utf8')));
const quick = quickTests();
const deep = values.deep ? DEEP : [];
const { index: part, parts } = partArgument(values.part);
const mutants = chosen(sources.flatMap(mutantsOf), values.sample, Number(values.seed)).filter(
  (_, index) => index % parts === part - 1,
);
const workshop = await openWorkshop(ROOT, [...quick, ...deep]);
try {
  process.exitCode = (await tryAll(workshop)) === 0 ? 0 : 1;
} finally {
  await workshop.close();
}

/** Tries every mutant and tells what survived; the number of survivors without a reason. */
async function tryAll({ attempt }: Workshop): Promise<number> {
  // Loading them takes time, but only once.
  await attempt(undefined, quick.slice(0, 1));
  const unchanged = await attempt(undefined, [...quick, ...deep]);
  if (unchanged.type !== 'survived') {
    throw new RangeError(
      `expected all tests to pass on unchanged sources; failed: ${unchanged.by}`,
    );
  }
  const took = new Map(quick.map((file, i) => [file, unchanged.tookMs[i] ?? 0]));
  const tally = { killed: 0, broken: 0, explained: 0, survived: 0 };
  let tried = 0;
  for (const mutant of mutants) {
    if (performance.now() > 1000 * Number(values.within)) break;
    tried += 1;
    const name = nameOf(mutant);
    const isExplained = whyUnnoticed(name) !== undefined;
    if (isExplained && deep.length === 0) {
      tally.explained += 1;
      continue;
    }
    let { type } = await attempt(mutant, orderFor(mutant.path, took));
    if (type === 'survived' && deep.length > 0) ({ type } = await attempt(mutant, deep));
    if (type === 'survived' && isExplained) tally.explained += 1;
    else tally[type] += 1;
    if (type === 'survived' && !isExplained) {
      console.log(`survived  ${mutant.path}:${mutant.line}\n  ${name}`);
    }
    if (tried % 100 === 0) console.error(`${tried} of ${mutants.length} tried`);
  }
  const { killed, broken, explained, survived } = tally;
  console.log(
    `${tried} of ${mutants.length} mutants tried, ${killed} killed, ${broken} do not build, ` +
      `${explained} explained, ${survived} survived`,
  );
  return survived;
}

function nameOf(mutant: Mutant): string {
  const source = sources.find(({ path }) => path === mutant.path);
  return mutantName(mutant, source?.lines[mutant.line - 1] ?? '');
}

/** Tests of derivation and of the codecs, quick ones first. */
function quickTests(): readonly string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`);
  const own = below('test/derive').filter((path) => !DEEP.includes(path));
  const codecs = CODECS.map((path) => path.replace(/^src(.*)\.ts$/, 'test$1.test.ts'));
  const others = ['test/protocol/batchesCorpus.test.ts', 'test/protocol/bitlist.test.ts'];
  return [...own, ...[...codecs, ...others].filter((path) => existsSync(join(ROOT, path)))];
}

/** The file's own tests come first, then the quickest. */
function orderFor(path: string, took: ReadonlyMap<string, number>): readonly string[] {
  const own = path.replace(/^src(.*)\.ts$/, 'test$1.test.ts');
  const rank = (test: string) => (test === own ? -1 : (took.get(test) ?? 0));
  return quick.toSorted((left, right) => rank(left) - rank(right));
}

/** All of them, or as many as asked for, the same ones for a seed. */
function chosen(all: readonly Mutant[], sample: string | undefined, seed: number): Mutant[] {
  if (sample === undefined) return [...all];
  let state = seed | 0;
  const keyed = all.map((mutant) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return { mutant, key: (state ^ (state >>> 13)) >>> 0 };
  });
  const shuffled = keyed.toSorted((left, right) => left.key - right.key);
  return shuffled.slice(0, Number(sample)).map(({ mutant }) => mutant);
}
