import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/cli/log.ts';
import { LOG_FORMATS, type LogFormat, toPlain } from '../../src/cli/logFormat.ts';

const AT = Date.UTC(2026, 10, 21, 11, 25, 42, 123);

function logTo(format: LogFormat, more: { isTTY?: boolean; hasColor?: boolean } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY: more.isTTY ?? false });
  const options = { level: 'info', hasColor: more.hasColor ?? false, hasPid: false } as const;
  const log = createLog({ ...options, format, stream, now: () => AT });
  return { log, text: () => String(stream.read() ?? '') };
}

describe('createLog', () => {
  // The line that op-node writes for the same facts.
  test('behavior: logfmt', () => {
    const { log, text } = logTo('logfmt');
    log.info('Rollup Config', { l2_chain_id: 1337n, l2_network: 'unknown L2', err: 'a="b"' });
    expect(text()).toBe(
      't=2026-11-21T11:25:42+0000 lvl=info msg="Rollup Config" l2_chain_id=1337 ' +
        'l2_network="unknown L2" err="a=\\"b\\""\n',
    );
  });

  test('behavior: logfmtms', () => {
    const { log, text } = logTo('logfmtms');
    log.warn('Stalled');
    expect(text()).toBe('t=2026-11-21T11:25:42.123+0000 lvl=warn msg=Stalled\n');
  });

  test('behavior: json keeps the digits of bigints', () => {
    const { log, text } = logTo('json');
    log.error('Reset', { number: 2n ** 64n, err: new Error('a', { cause: new Error('b') }) });
    expect(text()).toBe(
      '{"t":"2026-11-21T11:25:42.123Z","lvl":"error","msg":"Reset",' +
        '"number":18446744073709551616,"err":"a: b"}\n',
    );
  });

  test('behavior: terminal', () => {
    const { log, text } = logTo('terminal');
    log.crit('Application failed', { safe: { number: 3n } });
    const message = 'Application failed'.padEnd(40);
    expect(text()).toBe(`CRIT  [11-21|11:25:42.123] ${message} safe="{\\"number\\":3}"\n`);
  });

  test('behavior: text follows the stream', () => {
    const watched = logTo('text', { isTTY: true, hasColor: true });
    watched.log.info('Up');
    expect(watched.text()).toBe('\u001b[32mINFO \u001b[0m [11-21|11:25:42.123] Up\n');
    const unwatched = logTo('text');
    unwatched.log.info('Up');
    expect(unwatched.text()).toBe('t=2026-11-21T11:25:42+0000 lvl=info msg=Up\n');
  });

  test('behavior: what an error says already is not said again by its cause', () => {
    const root = new Error('connect ECONNREFUSED');
    const inner = new Error('http://l1: ECONNREFUSED', { cause: root });
    const err = new Error('eth_chainId: http://l1: ECONNREFUSED', { cause: inner });
    expect(toPlain({ err })).toEqual({
      err: 'eth_chainId: http://l1: ECONNREFUSED: connect ECONNREFUSED',
    });
  });

  test('behavior: json-pretty has a line for each field', () => {
    const { log, text } = logTo('json-pretty');
    log.warn('Late\n', { tries: 3, last: { number: 5n } });
    expect(text()).toBe(
      '{\n  "t": "2026-11-21T11:25:42.123Z",\n  "lvl": "warn",\n  "msg": "Late\\n",\n' +
        '  "tries": 3,\n  "last": {"number":5}\n}\n',
    );
  });

  const oneLine = LOG_FORMATS.filter((format) => format !== 'json-pretty');
  test.each(oneLine)('behavior: %s is one line whatever the message holds', (format) => {
    const { log, text } = logTo(format);
    log.info('a\nb\u001b[31m', { 'k\n': 'c\nd', n: Number.NaN, u: undefined });
    expect(text().match(/\n/g), format).toHaveLength(1);
  });

  test('behavior: the level can be changed while it runs', () => {
    const { log, text } = logTo('logfmt');
    log.debug('hidden');
    expect(text()).toBe('');
    log.setLevel('debug');
    log.debug('shown');
    log.trace('hidden');
    expect(text()).toContain('lvl=debug msg=shown\n');
  });
});
