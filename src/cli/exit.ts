import { ConfigError, DecodeError, InvariantError } from '../base/errors.ts';
import { printable } from '../base/excerpt.ts';
import { DamagedRecordError, MissingNodeError } from '../execution/errors.ts';

/** The command did what was asked, and all was equal. */
export const EXIT_OK = 0;

/** Something is different, or failed on the way. */
export const EXIT_FAILED = 1;

/** Wrong usage, or an input that cannot be read. */
export const EXIT_USAGE = 2;

/** Wrong usage or unreadable input, told by a command. `message` says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Ends the command with `exitCode`, when it has said all there is to say. */
export class CliExit extends Error {
  override readonly name = 'CliExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

const UNREADABLE: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'it is a file, not a folder',
  EACCES: 'this user may not read it',
};

/** Exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliExit) return error.exitCode;
  const isInput =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof DecodeError ||
    // What is on the disk is an input too, and no bug of ours.
    error instanceof DamagedRecordError ||
    error instanceof MissingNodeError;
  return isInput || unreadablePath(error) !== undefined ? EXIT_USAGE : EXIT_FAILED;
}

/**
 * What a person needs to know of an error that ended a command: what happened, why, and what to do
 * when that is not plain. The stack only where `withStack` asks for it.
 */
export function describeFailure(error: unknown, withStack: boolean): string {
  const lines = [`headwater: ${printable(messageOf(error))}`];
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    const message = printable(messageOf(cause));
    if (!lines.some((line) => line.includes(message))) lines.push(`  because: ${message}`);
  }
  if (withStack && error instanceof Error) lines.push(error.stack ?? 'no stack');
  else if (isOurFault(error)) {
    lines.push('  This is a bug in headwater. Run it again with --log.level=debug and report it.');
  }
  return lines.join('\n');
}

function messageOf(error: unknown): string {
  const path = unreadablePath(error);
  if (path !== undefined) return `cannot read \`${path.path}\`: ${path.reason}`;
  if (!(error instanceof Error)) return String(error);
  return shortMessage(error) ?? (error.message || error.name);
}

/** What an error of viem says, without the request and the version around it; else undefined. */
export function shortMessage(error: Error): string | undefined {
  if (!('shortMessage' in error) || typeof error.shortMessage !== 'string') return undefined;
  const details = 'details' in error && typeof error.details === 'string' ? error.details : '';
  const isNew = details !== '' && !error.shortMessage.includes(details);
  return isNew ? `${error.shortMessage} ${details.slice(0, MAX_DETAIL_CHARS)}` : error.shortMessage;
}

const MAX_DETAIL_CHARS = 300;

/** The short message of viem has what its causes say. */
function causeOf(error: unknown): unknown {
  const isWhole = error instanceof Error && shortMessage(error) !== undefined;
  return error instanceof Error && !isWhole ? error.cause : undefined;
}

function isOurFault(error: unknown): boolean {
  return (
    error instanceof InvariantError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError
  );
}

function unreadablePath(error: unknown): { path: string; reason: string } | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined;
  const reason = UNREADABLE[String(error.code)];
  return reason === undefined ? undefined : { path: String(error.path), reason };
}
