import { ConfigError } from '../base/errors.ts';
import { LOG_LEVELS, type LogLevel } from '../transport/log.ts';

/**
 * A level by its name, in any letters; `warning` and `critical` too, as op-node takes them.
 *
 * @throws ConfigError for any other word.
 */
export function toLogLevel(word: string): LogLevel {
  const name = word
    .toLowerCase()
    .replace(/^warning$/, 'warn')
    .replace(/^critical$/, 'crit');
  const level = LOG_LEVELS.find((known) => known === name);
  if (level === undefined) {
    throw new ConfigError('log.level', `\`${word}\``, `one of ${LOG_LEVELS.join(', ')}`);
  }
  return level;
}
