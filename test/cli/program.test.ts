import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import type { CommandEntry } from '../../src/cli/commands.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { CliExit } from '../../src/cli/exit.ts';
import { runCli } from '../../src/cli/program.ts';
import { VERSION } from '../../src/cli/version.ts';
import { captureIo } from '../support/cli.ts';

/** A small program: `greet [--loud] <name>`, which fails in several ways, and `rest`. */
function commandsThat(end: () => void): { commands: CommandEntry[]; loaded: string[] } {
  const loaded: string[] = [];
  const commands: CommandEntry[] = [
    {
      name: 'greet',
      summary: 'say hello',
      load: async () => {
        loaded.push('greet');
        return (program, io) => {
          program
            .command('greet')
            .description('Says hello to somebody.')
            .argument('<name>')
            .option('--loud', 'in capitals')
            .option('--times <count>', 'how often', BigInt, 1n)
            .action((name, { loud }) => {
              io.stdout.write(`${loud ? name.toUpperCase() : name}\n`);
              end();
            });
        };
      },
    },
    {
      name: 'rest',
      summary: 'do nothing',
      load: async () => {
        loaded.push('rest');
        return (program) => void program.command('rest').action(() => undefined);
      },
    },
  ];
  return { commands, loaded };
}

async function run(args: readonly string[], end: () => void = () => undefined) {
  const io = captureIo();
  const { commands, loaded } = commandsThat(end);
  const exitCode = await runCli(args, io, commands);
  return { exitCode, loaded, out: io.out(), err: io.err() };
}

function throwing(error: unknown): () => void {
  return () => {
    throw error;
  };
}

describe('runCli', () => {
  test('default', async () => {
    const { exitCode, loaded, out, err } = await run(['greet', '--loud', 'world']);
    expect({ exitCode, loaded, out, err }).toEqual({
      exitCode: 0,
      loaded: ['greet'],
      out: 'WORLD\n',
      err: '',
    });
  });

  test('behavior: --version', async () => {
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, out: `${VERSION}\n`, err: '' });
  });

  test('behavior: --help lists every command and loads none', async () => {
    const { exitCode, loaded, out } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(loaded).toEqual([]);
    expect(out).toMatch(/greet\s.*say hello/);
    expect(out).toMatch(/rest\s.*do nothing/);
  });

  test.each([[['greet', '--help']], [['help', 'greet']]])(
    'behavior: %j tells the options',
    async (args) => {
      const { exitCode, out } = await run(args);
      expect(exitCode).toBe(0);
      expect(out).toContain('Says hello to somebody.');
      expect(out).toContain('--loud');
      expect(out).toContain('how often (default: 1)');
      expect(out).toContain('--log.level <level>');
    },
  );

  test('behavior: a command may end with a code of its own in silence', async () => {
    const { exitCode, err } = await run(['greet', 'a'], throwing(new CliExit(1)));
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' });
  });

  test('error: no command', async () => {
    const { exitCode, out, err } = await run([]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toContain('Usage: headwater');
  });

  test('error: an unknown command suggests the one that was meant', async () => {
    const { exitCode, err } = await run(['gret', 'a']);
    expect(exitCode).toBe(2);
    expect(err).toContain("unknown command 'gret'");
    expect(err).toContain('Did you mean greet?');
    expect(err).toContain('--help');
  });

  test('error: an unknown flag suggests the one that was meant', async () => {
    const { exitCode, err } = await run(['greet', '--lout', 'a']);
    expect(exitCode).toBe(2);
    expect(err).toContain('expected a flag of `greet`, found `--lout`: did you mean --loud?');
  });

  test('error: a missing argument', async () => {
    expect(await run(['greet'])).toMatchObject({ exitCode: 2 });
  });

  test('error: a wrong configuration ends with 2 and says what is wrong', async () => {
    const error = new ConfigError('block_time', '`0`', 'an integer from 1');
    const { exitCode, err } = await run(['greet', 'a'], throwing(error));
    expect(exitCode).toBe(2);
    expect(err).toBe('headwater: `block_time`: expected an integer from 1, found `0`\n');
  });

  test('error: the stack is shown when debugging', async () => {
    const args = ['greet', 'a', '--log.level=debug'];
    const { err } = await run(args, throwing(new Error('broken')));
    expect(err).toMatch(/headwater: broken\n.*\n\s+at /);
  });

  test('error: a log level that does not exist', async () => {
    const { exitCode, err } = await run(['greet', 'a', '--log.level', 'loud']);
    expect(exitCode).toBe(2);
    expect(err).toContain('`log.level`: expected one of trace, debug');
  });
});

describe('COMMANDS', () => {
  test.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
    'behavior: %s answers --help, under its name in the list',
    async (name, { summary }) => {
      const io = captureIo();
      expect(await runCli([name, '--help'], io)).toBe(0);
      expect(io.out()).toContain(`Usage: headwater ${name}`);
      expect(summary).toMatch(/^[a-z].{5,69}$/);
    },
  );

  test('behavior: names are unique', () => {
    const names = COMMANDS.map((entry) => entry.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
