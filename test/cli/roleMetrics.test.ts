import { describe, expect, test } from 'vitest';
import { createRoleMetrics } from '../../src/cli/roleMetrics.ts';

describe('createRoleMetrics', () => {
  test('default: the page tells version, life and transactions under the prefix', async () => {
    const { page, txs } = createRoleMetrics('op_any_default_', 'v1.2.3');
    txs.attach({ pending: () => 3 });
    const { status, contentType, body } = await page();
    expect(status).toBe(200);
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = String(body).split('\n');
    expect(lines).toContain('op_any_default_info{version="v1.2.3"} 1');
    expect(lines).toContain('op_any_default_up 1');
    expect(lines).toContain('op_any_default_txmgr_pending_txs 3');
    const names = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(names.filter((line) => !line.startsWith('op_any_default_'))).toEqual([]);
  });

  test('behavior: two services in one process count each for itself', async () => {
    const one = createRoleMetrics('same_', 'v1');
    const other = createRoleMetrics('same_', 'v2');
    expect((await one.page()).body).toContain('same_info{version="v1"} 1');
    expect((await other.page()).body).not.toContain('v1');
    expect(await one.registry.metrics()).toBe((await one.page()).body);
  });
});
