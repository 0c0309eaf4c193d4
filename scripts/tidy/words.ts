import { type Finding, isCode, lineAt, type Rule, type Source } from './source.ts';

type Ban = {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly remedy: string;
  readonly isExempt?: (path: string) => boolean;
};

const isConfig = (path: string) => path.endsWith('.config.ts');
const isNotTest = (path: string) => !path.startsWith('test/');
const isNotSource = (path: string) => !path.startsWith('src/');

/** Words of code that this project does without. Looked for outside comments and strings. */
const CODE_BANS: readonly Ban[] = [
  {
    rule: 'verbs',
    pattern:
      /\b(?:function|const|let|type|class)\s+\*?(?:get|handle|process|manage|help)[A-Z](?!\w*Method\b)\w*/g,
    remedy: 'say what it does: decode, read, apply, check, assert, from, to',
  },
  {
    rule: 'verbs',
    pattern:
      /\b(?:function|const|let|type|class)\s+\w*(?:Manager|Helper|Utils?|Handler|Processor)\b/g,
    remedy: 'name the concept that it owns',
  },
  {
    rule: 'types',
    pattern: /^\s*(?:export\s+)?(?:declare\s+)?(?:interface|(?:const\s+)?enum|namespace)\s+\w+/gm,
    remedy: 'use `type`, and unions of strings',
  },
  { rule: 'types', pattern: /:\s*any\b|\bas any\b|<any>/g, remedy: 'use `unknown` and check it' },
  {
    rule: 'types',
    pattern: /\b(?:ReturnType|Parameters)<typeof\b/g,
    remedy: 'give the type a name where its function is',
    isExempt: isNotSource,
  },
  {
    rule: 'exports',
    pattern: /\bexport default\b/g,
    remedy: 'export it by name',
    isExempt: isConfig,
  },
  {
    rule: 'exports',
    pattern: /\bexport \*(?! as)/g,
    remedy: 'name what is exported',
  },
  {
    rule: 'tests',
    pattern: /\b(?:describe|test|it)\.(?:only|skip|todo)\b|\bvi\.(?:mock|useFakeTimers)\b/g,
    remedy: 'run every test; pass fakes in; `skipIf` only where data is missing',
    isExempt: isNotTest,
  },
];

/** Words that may stand nowhere in the repository. Written so that they do not match themselves. */
const TEXT_BANS: readonly Ban[] = [
  {
    rule: 'machine-paths',
    pattern: /(?<![\w.~-])\/(?:work|root|home|Users)\/\w+/g,
    remedy: 'no path of one machine: make it relative, or a parameter',
  },
  {
    rule: 'registries',
    pattern: /"resolve[d]":|\/\/registry\.|^registry\s*=/gm,
    remedy: 'no address of a package registry: each machine has its own',
  },
  {
    rule: 'unfinished',
    pattern: /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/g,
    remedy: 'do it, or write down where it is decided',
  },
];

const FILE_NAME =
  /(?:^|[/.])(?:helpers?|utils?|manager|common|misc)[A-Z./]|[a-z](?:Helpers?|Utils?|Manager)\./;

/** Words that say nothing, or that belong to one machine. */
export const checkWords: Rule = (sources) =>
  sources.flatMap((source) => [
    ...fileName(source),
    ...(isCode(source.path) ? CODE_BANS.flatMap((ban) => uses(source, source.code, ban)) : []),
    ...TEXT_BANS.flatMap((ban) => uses(source, source.text, ban)),
  ]);

function fileName({ path }: Source): readonly Finding[] {
  if (!isCode(path) || !FILE_NAME.test(path)) return [];
  return [{ path, line: 1, rule: 'file-name', message: 'name the file after its concept' }];
}

function uses(source: Source, text: string, ban: Ban): readonly Finding[] {
  if (ban.isExempt?.(source.path)) return [];
  return [...text.matchAll(ban.pattern)].map((found) => ({
    path: source.path,
    line: lineAt(source, found.index + found[0].search(/\S/)),
    rule: ban.rule,
    message: `\`${found[0].trim()}\`: ${ban.remedy}`,
  }));
}
