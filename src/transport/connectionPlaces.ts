import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from './log.ts';

/** What keeps a place free for the next caller of a server. */
export type PlaceOptions = {
  /** Connections at a time; one of them is kept free while any can be closed for it. */
  readonly maxConnections: number;
  readonly log: Log;
  /** Milliseconds of any clock that goes forward. Default that of the process. */
  readonly now?: () => number;
};

/** The connections of a server. Requests by HTTP are seen without being told. */
export type ConnectionPlaces = {
  /** The caller has shown who it is, or was answered, in another way than by HTTP. */
  readonly noteUse: (connection: Duplex) => void;
  /** A connection that was upgraded, and whether it must not be closed now. */
  readonly noteUpgrade: (connection: Duplex, isBusy: () => boolean) => void;
};

/** Connections that nothing is done for, to one that has not asked anything yet. */
const IDLE_PER_NEWCOMER = 8;

const WARN_EVERY_MS = 60_000;

/** Answers that leave a caller unknown. */
const NOT_LET_IN: readonly number[] = [401, 403];

/**
 * Limits the connections of `server`, so that whoever opens many of them and does nothing shuts
 * nobody out. When the last place is taken, a connection is closed: the oldest that was never
 * answered (a refusal is no answer), else the one that was idle longest. Newcomers lose their place
 * first only once there are more of them than an eighth of the idle ones: many who come at once
 * must have time to ask. Connections with a call in progress stay.
 */
export function limitConnections(server: Server, options: PlaceOptions): ConnectionPlaces {
  const { maxConnections } = options;
  const places = new Map<Duplex, Place>();
  const warn = createWarning(server, options);
  let uses = 0;
  const noteUse = (connection: Duplex): void => {
    const place = places.get(connection);
    uses += 1;
    if (place !== undefined) place.lastUse = uses;
  };
  server.maxConnections = maxConnections;
  server.on('drop', () => warn('refused'));
  server.on('connection', (socket) => {
    places.set(socket, { lastUse: 0, answers: new Set(), isBusy: () => false });
    socket.once('close', () => places.delete(socket));
    if (places.size < maxConnections) return;
    const closed = firstToGo(places, socket);
    if (closed === undefined) return;
    warn(places.get(closed)?.lastUse === 0 ? 'closedUnused' : 'closedIdle');
    places.delete(closed);
    closed.destroy();
  });
  server.on('request', ({ socket }, response) => {
    const answers = places.get(socket)?.answers;
    answers?.add(response);
    response.once('close', () => answers?.delete(response));
    response.once('finish', () => {
      if (!NOT_LET_IN.includes(response.statusCode)) noteUse(socket);
    });
  });
  return {
    noteUse,
    noteUpgrade: (connection, isBusy) => {
      const place = places.get(connection);
      if (place !== undefined) place.isBusy = isBusy;
    },
  };
}

type Place = {
  /** The higher, the later; 0: never. */
  lastUse: number;
  /** Those that are not taken yet. */
  readonly answers: Set<ServerResponse>;
  isBusy: () => boolean;
};

/** Undefined when all others than the newest are busy. */
function firstToGo(places: ReadonlyMap<Duplex, Place>, newest: Duplex): Duplex | undefined {
  const newcomers: Duplex[] = [];
  let idle = 0;
  let idleLongest: { readonly connection: Duplex; readonly lastUse: number } | undefined;
  // In the order in which they came.
  for (const [connection, place] of places) {
    if (connection === newest || isBusy(place)) continue;
    const { lastUse } = place;
    if (lastUse === 0) {
      newcomers.push(connection);
      continue;
    }
    idle += 1;
    if (lastUse < (idleLongest?.lastUse ?? Infinity)) idleLongest = { connection, lastUse };
  }
  const isNewcomer = newcomers.length * IDLE_PER_NEWCOMER > idle;
  return isNewcomer ? newcomers[0] : idleLongest?.connection;
}

/** Neither a request that never becomes whole nor an answer that nobody takes is work. */
function isBusy(place: Place): boolean {
  if (place.isBusy()) return true;
  return [...place.answers].some(({ req, writableEnded }) => req.complete && !writableEnded);
}

type FullCounts = { closedUnused: number; closedIdle: number; refused: number };

/** Warns of a full port: at once, then of all that came since, at most once a minute. */
function createWarning(
  server: Server,
  { maxConnections, log, now = () => performance.now() }: PlaceOptions,
): (what: keyof FullCounts) => void {
  let counts: FullCounts = { closedUnused: 0, closedIdle: 0, refused: 0 };
  let warnedMs = -Infinity;
  return (what) => {
    counts[what] += 1;
    if (now() - warnedMs < WARN_EVERY_MS) return;
    warnedMs = now();
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : address;
    log.warn('port is full of connections', { port, connections: maxConnections, ...counts });
    counts = { closedUnused: 0, closedIdle: 0, refused: 0 };
  };
}
