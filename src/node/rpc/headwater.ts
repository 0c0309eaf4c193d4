import type { JsonValue } from '../../base/json.ts';
import type { Wait } from '../../transport/waits.ts';
import type { RollupNode } from '../node.ts';
import { explainNode, type LastReset, type NodePast } from '../why.ts';
import type { Page, PageAnswer } from './rpcServer.ts';
import { plain, type RpcMethods } from './rpcMethods.ts';

/** Methods that no other node has. */
export function headwaterMethods(node: RollupNode, past: NodePast): RpcMethods {
  return {
    headwater_why: plain(() => {
      const why = explainNode(node, past, Date.now());
      return {
        summary: why.summary,
        doing: why.doing,
        ready: why.isReady,
        phase: why.phase,
        safe_head_still_ms: why.safeHeadStillMs ?? null,
        last_reset: toResetJson(why.lastReset),
        waits: why.waits.map(toWaitJson),
      };
    }),
    headwater_drops: plain(() =>
      node.drops.recent().map(({ subject, reason, message, at }) => {
        const { l1, ...position } = at;
        return { subject, reason, message, l1: { hash: l1.hash, number: l1.number }, ...position };
      }),
    ),
  };
}

function toResetJson(reset: LastReset | undefined): JsonValue {
  if (reset === undefined) return null;
  return { reason: reset.reason, message: reset.message, at_ms: reset.atMs };
}

function toWaitJson(wait: Wait): JsonValue {
  return {
    name: wait.name,
    since_ms: wait.sinceMs,
    tries: wait.tries,
    last_error: wait.lastError ?? null,
    next_action: wait.nextAction,
    next_action_at_ms: wait.nextActionAtMs ?? null,
  };
}

/** `/healthz`: the process answers. The body is op-node's. */
export function healthPage(version: string): Page {
  return () => json(200, { version });
}

/** `/readyz`: 200 when everything that L1 has is derived and nothing fails, else 503 and why. */
export function readyPage(node: RollupNode, past: NodePast): Page {
  return () => {
    const { isReady, summary } = explainNode(node, past, Date.now());
    return json(isReady ? 200 : 503, { ready: isReady, reason: summary });
  };
}

function json(status: number, body: { readonly [key: string]: unknown }): PageAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}
