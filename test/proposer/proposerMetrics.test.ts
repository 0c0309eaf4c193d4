import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { proposedGauges } from '../../src/proposer/proposerMetrics.ts';
import type { OutputAtBlock } from '../../src/sources/rollupClient.ts';

describe('proposedGauges', () => {
  test('default: the block that was proposed last', async () => {
    const registry = new Registry();
    const set = proposedGauges(registry);
    set({ block: { number: 42n } } as OutputAtBlock);
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toContain('op_proposer_default_proposed_sequence_number 42');
    expect(lines).toContain('op_proposer_default_refs_number{type="proposed"} 42');
  });
});
