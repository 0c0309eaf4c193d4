import { existsSync, statSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { installNative } from '../../native/install.ts';
import type { CaseJson } from '../differential/caseJson.ts';
import { type CaseDifference, compareCase } from '../differential/compareCase.ts';
import { prepareCase } from '../differential/corpusCase.ts';
import { runCase } from '../differential/runCase.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { startProgress } from '../progress.ts';
import { readJsonLines } from '../recording/lines.ts';

/** Adds `headwater differential`: runs cases that the reference client derived, and compares. */
export function registerDifferential(program: Command, io: CliIo): void {
  program
    .command('differential')
    .description(
      'Derives every case of the given corpus files with a null engine and compares each step ' +
        'with what the reference client did. Prints the first difference of each failing case. ' +
        'Cases in which the reference itself is at fault are excused. Exits with 0 when none is ' +
        'different, 1 when one is, 2 when an input cannot be read.',
    )
    .argument('<file...>', 'corpus files: one JSON case a line, gzipped or not')
    .action(async (files) => {
      await installNative();
      const tally = await runFiles(
        files.map((file) => pathArgument(file, io)),
        io,
      );
      const { equal, different, excused } = tally;
      const cases = equal + different + excused;
      io.stdout.write(
        `${cases} cases, ${equal} equal, ${different} different, ${excused} excused\n`,
      );
      if (different > 0) throw new CliExit(EXIT_FAILED);
    });
}

type Tally = { equal: number; different: number; excused: number };

async function runFiles(files: readonly string[], io: CliIo): Promise<Tally> {
  const tally: Tally = { equal: 0, different: 0, excused: 0 };
  const progress = startProgress({ label: 'deriving', unit: 'cases', stream: io.stderr });
  let done = 0;
  for (const file of files) {
    if (!existsSync(file) || !statSync(file).isFile()) {
      throw new UsageError(`expected a corpus file, found no file \`${file}\``);
    }
    const before = done;
    for await (const { line, json } of readJsonLines(file)) {
      const difference = judge(`${file}, line ${line}`, json);
      if (json['referenceDefect'] === true) tally.excused += 1;
      else if (difference === undefined) tally.equal += 1;
      else {
        tally.different += 1;
        io.stdout.write(differenceText(`${file}, line ${line}`, json['name'], difference));
      }
      done += 1;
      progress.update(done);
    }
    if (done === before) throw new UsageError(`expected a case in \`${file}\`, found none`);
  }
  progress.stop();
  return tally;
}

function judge(
  where: string,
  json: { readonly [key: string]: unknown },
): CaseDifference | undefined {
  for (const field of ['rollup', 'l1', 'start', 'expect']) {
    if (typeof json[field] === 'object' && json[field] !== null) continue;
    throw new UsageError(`${where}: expected a case with \`${field}\`, found none`);
  }
  const corpusCase = json as unknown as CaseJson;
  try {
    return compareCase(corpusCase, runCase(prepareCase(corpusCase)));
  } catch (error) {
    // In a case of another form the code meets what its types rule out.
    if (error instanceof TypeError || error instanceof SyntaxError) {
      const found = `something else: ${error.message}`;
      return { where: 'reading it', expected: 'the form of the corpus', found };
    }
    // A case that cannot even be run is different, and says so; the others still count.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { where: 'running it', expected: 'an outcome', found: message };
  }
}

function differenceText(place: string, name: unknown, difference: CaseDifference): string {
  const { where, expected, found } = difference;
  const title = typeof name === 'string' ? `${place}: ${name}` : place;
  return `different  ${title}\n  ${where}\n  expected ${expected}\n  found    ${found}\n`;
}
