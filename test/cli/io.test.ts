import { describe, expect, test } from 'vitest';
import { pathArgument } from '../../src/cli/io.ts';

describe('pathArgument', () => {
  test('default', () => {
    expect(pathArgument('a/b', { env: {}, cwd: '/here' })).toBe('/here/a/b');
    expect(pathArgument('/a', { env: { INIT_CWD: '/stood' }, cwd: '/here' })).toBe('/a');
  });

  test('behavior: under npm, from where the person stood', () => {
    const env = { INIT_CWD: '/stood', npm_package_json: '/repo/package.json' };
    expect(pathArgument('../a', { env, cwd: '/repo' })).toBe('/a');
    expect(pathArgument('a', { env: { INIT_CWD: '/stood' }, cwd: '/repo' })).toBe('/stood/a');
  });

  test('behavior: a script that went elsewhere means its own folder', () => {
    const env = { INIT_CWD: '/stood', npm_package_json: '/repo/package.json' };
    expect(pathArgument('a', { env, cwd: '/repo/sub' })).toBe('/repo/sub/a');
  });
});
