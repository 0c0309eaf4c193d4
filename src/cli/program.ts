import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  Option,
} from '@commander-js/extra-typings';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { describeFailure, EXIT_OK, EXIT_USAGE, exitCodeOf, CliExit } from './exit.ts';
import type { CliIo } from './io.ts';
import { toLogLevel } from './logLevel.ts';
import { tellRefusals } from './refusals.ts';
import { VERSION } from './version.ts';

/**
 * Runs one command line and tells its exit code: 0 done and equal, 1 different or failed, 2 wrong
 * usage or unreadable input. Whatever goes wrong is printed to stderr here, once.
 *
 * @param args  What follows the program's name.
 */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  try {
    const program = await buildProgram(args, io, commands);
    await program.parseAsync(args, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    // Commander has printed its own complaint, or the help or version that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (!(error instanceof CliExit)) {
      io.stderr.write(`${describeFailure(error, isDebugging(args, io.env))}\n`);
    }
    return exitCodeOf(error);
  }
}

/** The program with the named command in full, and the others by name and summary. */
async function buildProgram(
  args: readonly string[],
  io: CliIo,
  commands: readonly CommandEntry[],
): Promise<Command> {
  const program = new Command('headwater')
    .description('An OP Stack rollup node: derive a rollup from its L1, execute it, look inside.')
    .version(VERSION)
    .showHelpAfterError('Run it with --help for the commands and options there are.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  const named = namedCommand(args, commands);
  for (const entry of commands) {
    if (entry === named) {
      (await entry.load())(program, io);
      const command = program.commands.find((each) => each.name() === entry.name);
      if (command === undefined) continue;
      command.summary(entry.summary);
      completeOptions(command);
      tellRefusals(command);
    } else program.command(entry.name).summary(entry.summary).description(entry.summary);
  }
  return program;
}

/** Gives a command what all of them have: a level, and defaults that the help can print. */
function completeOptions(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    // Commander prints defaults as JSON, which has no bigint.
    if (typeof option.defaultValue !== 'bigint') continue;
    option.defaultValueDescription = String(option.defaultValue);
  }
  if (command.options.some(({ long }) => long === '--log.level')) return;
  const about = 'debug adds the stack to the message that ends the command';
  command.addOption(new Option('--log.level <level>', about).argParser(toLogLevel));
}

/** The command that `args` is about: `replay …`, `help replay`. */
function namedCommand(
  args: readonly string[],
  commands: readonly CommandEntry[],
): CommandEntry | undefined {
  const words = args.filter((word) => !word.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  return commands.find((entry) => entry.name === name);
}

/** Whether stacks are wanted: the level named on the command line or in the environment. */
function isDebugging(args: readonly string[], env: CliIo['env']): boolean {
  const at = args.findIndex((word) => /^--log[.]level(=|$)/.test(word));
  const word = args[at] ?? '';
  const flag = word.includes('=') ? word.split('=')[1] : args[at + 1];
  const level = at >= 0 ? flag : (env['OP_NODE_LOG_LEVEL'] ?? env['HEADWATER_LOG_LEVEL']);
  return ['debug', 'trace'].includes((level ?? '').toLowerCase());
}
