import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { anvilArguments, startAnvil } from '../../src/devnet/anvil.ts';
import { lacksAnvil, rpc, withAnvil } from '../support/anvil.ts';

describe('anvilArguments', () => {
  test('default: a free port of the loopback and an explicit hardfork', () => {
    const words = anvilArguments({ mining: { type: 'manual' } }).join(' ');
    expect(words).toContain('--host 127.0.0.1 --port 0');
    expect(words).toContain('--hardfork osaka');
    expect(words).toContain('--no-mining');
  });

  test('behavior: block time is told in seconds', () => {
    const words = anvilArguments({ mining: { type: 'interval', seconds: 3 } }).join(' ');
    expect(words).toContain('--block-time 3');
    expect(words).not.toContain('--no-mining');
  });
});

describe.skipIf(lacksAnvil())('startAnvil', () => {
  test('default: serves the chain asked for', async () => {
    const options = { chainId: 901, mining: { type: 'manual' }, timestamp: 1_700_000_000 } as const;
    await withAnvil(options, async ({ url, port }) => {
      expect(port).toBeGreaterThan(0);
      expect(await rpc(url, 'eth_chainId', [])).toBe('0x385');
      const block = await rpc<{ timestamp: string }>(url, 'eth_getBlockByNumber', ['0x0', false]);
      expect(Number(block.timestamp)).toBe(1_700_000_000);
    });
  });

  test('behavior: stop ends the process and may be repeated', async () => {
    const anvil = await startAnvil({ mining: { type: 'manual' } });
    await anvil.stop();
    await anvil.stop();
    expect((await anvil.exited).asked).toBe(true);
    await expect(rpc(anvil.url, 'eth_chainId', [])).rejects.toThrow();
  });

  test('behavior: ends with its owner, even when that is killed', async () => {
    const module = new URL('../../src/devnet/anvil.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(({ startAnvil }) =>
      startAnvil({ mining: { type: 'manual' } }).then((anvil) => console.log(anvil.url)))`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--eval', script]);
    const [url] = (await once(owner.stdout, 'data')) as [Buffer];
    expect(await rpc(String(url).trim(), 'eth_chainId', [])).toBe('0x384');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    for (let tries = 0; tries < 200; tries++) {
      const gone = await rpc(String(url).trim(), 'eth_chainId', []).then(
        () => false,
        () => true,
      );
      if (gone) return;
    }
    expect.unreachable('the development L1 outlived its owner');
  });

  test('error: a binary that ends at once is reported with its words', async () => {
    const mining = { type: 'manual' } as const;
    await expect(startAnvil({ mining, hardfork: 'nonsense' })).rejects.toThrow(/ended[^]*nonsense/);
  });

  test('error: cancelled before it starts', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(startAnvil({ mining: { type: 'manual' } }, { signal })).rejects.toThrow('enough');
  });
});
