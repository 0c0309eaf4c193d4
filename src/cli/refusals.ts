import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { ConfigError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import { nearestWords } from '../base/nearest.ts';
import { UsageError } from './exit.ts';
import { RefusedSecret } from './values.ts';

/**
 * Has a command tell refused values and unknown options as everything else is told: what was
 * expected, what was found, and what to do. Commander would repeat a key that it refuses, and what
 * stands behind the `=` of an option that it does not know.
 */
export function tellRefusals(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    const { parseArg } = option;
    if (parseArg === undefined) continue;
    const name = option.long?.replace(/^--/, '') ?? option.name();
    option.parseArg = <T>(value: string, previous: T): T => {
      try {
        return parseArg(value, previous) as T;
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        const found = error instanceof RefusedSecret ? 'something else' : `\`${excerpt(value)}\``;
        const choices = option.argChoices?.join(', ');
        throw new ConfigError(name, found, choices ? `one of ${choices}` : error.message);
      }
    };
  }
  // Commander calls this method of its own for what no option is called.
  Object.assign(command, {
    unknownOption: (text: string): never => {
      const [flag = ''] = text.split('=');
      const near = nearestWords(
        flag,
        command.options.map(({ long }) => long ?? ''),
      );
      const advice = near.length === 0 ? 'look at --help' : `did you mean ${near.join(' or ')}?`;
      const expected = `expected a flag of \`${command.name()}\``;
      throw new UsageError(`${expected}, found \`${excerpt(flag)}\`: ${advice}`);
    },
  });
}
