import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { addEndpointMetrics, clientMetrics } from '../../src/node/clientMetrics.ts';
import type { RollupNode } from '../../src/node/node.ts';

/** Lines of a registry without comments. */
async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').filter((line) => !/^(#|$)/.test(line));
}

describe('clientMetrics', () => {
  test('default: calls by server, method and what they came to, in seconds', async () => {
    const registry = new Registry();
    const calls = clientMetrics(registry, 'p_');
    const [l1, engine] = [calls('l1'), calls('engine-api')];
    l1('eth_chainId', 250, undefined);
    l1('eth_chainId', 500, 'http_429');
    engine('eth_chainId', 1000, undefined);
    const lines = await linesOf(registry);
    const ofL1 = 'rpc="l1",method="eth_chainId"';
    const ofEngine = 'rpc="engine-api",method="eth_chainId"';
    expect(lines).toEqual(
      expect.arrayContaining([
        `p_rpc_client_requests_total{${ofL1}} 2`,
        `p_rpc_client_requests_total{${ofEngine}} 1`,
        `p_rpc_client_responses_total{${ofL1},error="<nil>"} 1`,
        `p_rpc_client_responses_total{${ofL1},error="http_429"} 1`,
        `p_rpc_client_responses_total{${ofEngine},error="<nil>"} 1`,
        `p_rpc_client_request_duration_seconds_sum{${ofL1}} 0.75`,
        `p_rpc_client_request_duration_seconds_count{${ofEngine}} 1`,
      ]),
    );
  });
});

describe('addEndpointMetrics', () => {
  test('default: what each endpoint has been asked, as it is when read', async () => {
    const registry = new Registry();
    let meters = [{ name: 'one', calls: { eth_chainId: 1, eth_getBlockByNumber: 7 } }];
    const node = { l1: { meters: () => meters } } as unknown as RollupNode;
    addEndpointMetrics(registry, 'p_', node);
    expect(await linesOf(registry)).toEqual([
      'p_l1_endpoint_calls_total{endpoint="one",method="eth_chainId"} 1',
      'p_l1_endpoint_calls_total{endpoint="one",method="eth_getBlockByNumber"} 7',
    ]);
    meters = [...meters, { name: 'other', calls: { eth_chainId: 2, eth_getBlockByNumber: 0 } }];
    const lines = await linesOf(registry);
    // Totals are read, not added up.
    expect(lines).toContain(
      'p_l1_endpoint_calls_total{endpoint="one",method="eth_getBlockByNumber"} 7',
    );
    expect(lines).toContain('p_l1_endpoint_calls_total{endpoint="other",method="eth_chainId"} 2');
  });
});
