import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../base/errors.ts';

/**
 * Makes the folder `path`, with those above it, where missing.
 *
 * One after the other: Node's recursive making never ends below `/proc`, which says "missing" of
 * what nobody can make.
 *
 * @param flag Who named the folder, for the message.
 * @throws ConfigError where it cannot be made, is a file, or may not be written to.
 */
export function makeFolder(path: string, flag: string): void {
  try {
    makeMissing(path);
    if (!statSync(path).isDirectory()) throw new Error('it is a file, not a folder');
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const known = cause instanceof Error && 'code' in cause && REASONS[String(cause.code)];
    const reason = known || (cause instanceof Error ? cause.message : String(cause));
    const accepted = 'a folder that can be made and written to';
    throw new ConfigError(flag, `\`${path}\`: ${reason}`, accepted, known ? {} : { cause });
  }
}

function makeMissing(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  makeMissing(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const REASONS: { readonly [code: string]: string } = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOENT: 'no folder can be made there',
  ENOSPC: 'the disk is full',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
};
