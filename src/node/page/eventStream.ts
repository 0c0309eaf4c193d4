import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a stream tells. Texts are JSON without line breaks. */
export type EventSource = {
  /** Once, to each who connects. */
  readonly history: () => string;
  /** The newest state. */
  readonly snapshot: () => string;
};

/** Server-sent events for everyone who listens. */
export type EventStream = {
  /** Answers one request, and goes on answering until either side ends it. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
  readonly subscribers: () => number;
  /** Ends all answers. */
  readonly close: () => void;
};

/** Limits of a stream. */
export type EventStreamOptions = {
  readonly everyMs?: number;
  readonly maxSubscribers?: number;
  /** A subscriber that takes nothing for so long is let go. */
  readonly stalledMs?: number;
};

const EVERY_MS = 500;
const MAX_SUBSCRIBERS = 32;
const STALLED_MS = 30_000;

/** Milliseconds after which a browser that lost the stream asks again. */
const RETRY_MS = 1_000;

/**
 * A stream of snapshots: one on connecting, then one at most every `everyMs`. Each is written out
 * once for all. Who has not taken the last one yet is passed over, so a slow client costs one
 * snapshot of memory and holds up nobody. No timer runs while nobody listens.
 *
 * @spec WHATWG HTML, "Server-sent events"
 */
export function serveEvents(source: EventSource, options: EventStreamOptions = {}): EventStream {
  const { everyMs = EVERY_MS, maxSubscribers = MAX_SUBSCRIBERS } = options;
  const { stalledMs = STALLED_MS } = options;
  /** Since when each has not taken what was written; undefined when it has. */
  const subscribers = new Map<ServerResponse, number | undefined>();
  let timer: NodeJS.Timeout | undefined;

  const send = (response: ServerResponse, text: string): void => {
    const taken = response.write(text);
    subscribers.set(response, taken ? undefined : performance.now());
  };
  const push = (): void => {
    const event = eventText('snapshot', source.snapshot());
    for (const [response, stalledSinceMs] of subscribers) {
      if (stalledSinceMs === undefined) send(response, event);
      else if (performance.now() - stalledSinceMs > stalledMs) response.destroy();
    }
  };
  const leave = (response: ServerResponse): void => {
    subscribers.delete(response);
    if (subscribers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    serve: (request, response) => {
      request.resume();
      if (subscribers.size >= maxSubscribers) {
        response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`expected at most ${maxSubscribers} listeners; try again later\n`);
        return;
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        // Proxies must not collect events.
        'x-accel-buffering': 'no',
      });
      subscribers.set(response, undefined);
      response.on('close', () => leave(response));
      response.on('drain', () => {
        if (subscribers.has(response)) subscribers.set(response, undefined);
      });
      const first = [
        `retry: ${RETRY_MS}\n\n`,
        eventText('history', source.history()),
        eventText('snapshot', source.snapshot()),
      ];
      send(response, first.join(''));
      timer ??= setInterval(push, everyMs);
    },
    subscribers: () => subscribers.size,
    close: () => {
      clearInterval(timer);
      timer = undefined;
      for (const response of subscribers.keys()) response.end();
      subscribers.clear();
    },
  };
}

function eventText(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
