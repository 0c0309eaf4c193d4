import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageAsset } from './assets.ts';
import { type EventSource, type EventStreamOptions, serveEvents } from './eventStream.ts';

/**
 * Answers requests that a browser makes for the status page.
 *
 *   GET /                 the page, for whoever accepts HTML
 *   GET /events           snapshots, as server-sent events
 *   GET /page/<file>      style, scripts, charts
 */
export type StatusSite = {
  /** True when it has answered, or goes on doing so. */
  readonly answer: (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether anybody has the page open. */
  readonly isWatched: () => boolean;
  /** Ends the events. */
  readonly close: () => void;
};

/** Everything comes from the node itself; nothing is run or styled from inside the page's text. */
const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The site over a source of snapshots. */
export function createStatusSite(source: EventSource, options?: EventStreamOptions): StatusSite {
  const events = serveEvents(source, options);
  return {
    answer: (path, request, response) => {
      if (request.method !== 'GET') return false;
      if (path === '/events') {
        events.serve(request, response);
        return true;
      }
      // op-node answers a bare GET with nothing, and health checks rely on that.
      if (path === '/' && !acceptsHtml(request)) return false;
      const asset = pageAsset(path);
      if (asset === undefined) return false;
      request.resume();
      response.writeHead(200, {
        'content-type': asset.contentType,
        'content-length': asset.body.length,
        'content-security-policy': SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        ...(path === '/' ? { vary: 'Accept, Origin' } : {}),
      });
      response.end(asset.body);
      return true;
    },
    isWatched: () => events.subscribers() > 0,
    close: events.close,
  };
}

function acceptsHtml({ headers }: IncomingMessage): boolean {
  return /text\/html|\*\/\*/.test(headers.accept ?? '');
}
