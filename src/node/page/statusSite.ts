import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageAsset } from './assets.ts';
import { type EventSource, type EventStreamOptions, serveEvents } from './eventStream.ts';

/**
 * Answers requests that a browser makes for the status page.
 *
 *   GET /                 the page, for whoever accepts HTML; for curl and the like a few lines
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

/** What the site tells: snapshots for the page, and plain text for who has no browser. */
export type StatusSource = EventSource & { readonly text: () => string };

/** The site over a source of snapshots. */
export function createStatusSite(source: StatusSource, options?: EventStreamOptions): StatusSite {
  const events = serveEvents(source, options);
  return {
    answer: (path, request, response) => {
      const isGet = request.method === 'GET';
      // Node leaves the body out for HEAD.
      if (!isGet && request.method !== 'HEAD') return false;
      if (path === '/events' && isGet) {
        events.serve(request, response);
        return true;
      }
      // op-node answers a bare GET with nothing, and health checks rely on that.
      if (path === '/' && !accepts(request, 'text/html')) {
        if (!accepts(request, '*/*')) return false;
        request.resume();
        sendText(response, source.text());
        return true;
      }
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

function accepts({ headers }: IncomingMessage, type: string): boolean {
  return headers.accept?.includes(type) === true;
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    vary: 'Accept, Origin',
  });
  response.end(text);
}
