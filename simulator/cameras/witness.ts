import type { ResourceKind } from "./layouts/find-resource.ts";

/** One request as the camera saw it. */
export type CameraRequestRecord = {
  /** Grows by one with each request of any camera. */
  readonly row: number;
  readonly siteId: string;
  readonly kind: ResourceKind;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** The whole head of the request, as it came. */
  readonly head: string;
  /** Number of the connection in this run. */
  readonly connection: number;
  /** When it arrived, ms since the Unix epoch. */
  readonly at: number;
  /** Null while it is being answered. */
  tookMs: number | null;
  /** 0 when nothing was answered. */
  status: number;
  /** Body bytes that went into the socket. */
  bytes: number;
  /** All of the answer, as meant, went into the socket. */
  whole: boolean;
  /** The faults that acted on it. */
  readonly faults: readonly string[];
};

export type PathHits = { hits: number; bytes: number; firstAt: number; lastAt: number; maxMs: number };

/** What one camera has seen since the last reset. */
export type CameraHits = {
  readonly siteId: string;
  requests: number;
  bytes: number;
  /** By what was asked for. */
  readonly byKind: Partial<Record<ResourceKind, number>>;
  connections: number;
  openConnections: number;
  peakConnections: number;
  inFlight: number;
  peakInFlight: number;
  /** By path without query, at most 2,000: the oldest go first. */
  readonly paths: Record<string, PathHits>;
  pathsForgotten: number;
};

export type RequestFilter = { readonly siteId?: string; readonly after?: number; readonly limit?: number };

const PATHS_KEPT = 2000;
const REQUESTS_KEPT = 20_000;

/** Counts what the cameras were asked for: the truth that a gateway's own counters are compared with. */
export type CameraWitness = {
  /** A request has arrived. */
  readonly begin: (
    seen: Omit<CameraRequestRecord, "row" | "tookMs" | "status" | "bytes" | "whole">,
  ) => CameraRequestRecord;
  /** A request that neither camera nor controller knows: counted, answered with 404 by the controller. */
  readonly stray: (siteId: string, path: string, connection: number) => void;
  /** Its answer has ended, whole or not. */
  readonly end: (record: CameraRequestRecord) => void;
  readonly connected: (siteId: string) => void;
  readonly disconnected: (siteId: string) => void;
  /** Cameras that were asked for anything, or the one. */
  readonly hits: (siteId?: string) => CameraHits[];
  /** The newest 20,000 requests, oldest first. */
  readonly requests: (filter?: RequestFilter) => CameraRequestRecord[];
  /** Counts from now on; connections and answers that go on stay counted as open. */
  readonly reset: () => void;
};

export function createCameraWitness(): CameraWitness {
  const bySite = new Map<string, CameraHits>();
  let rows: CameraRequestRecord[] = [];
  let lastRow = 0;

  const hitsOf = (siteId: string): CameraHits => {
    const known = bySite.get(siteId);
    if (known !== undefined) return known;
    const fresh = emptyHits(siteId, 0, 0);
    bySite.set(siteId, fresh);
    return fresh;
  };
  const add = (seen: Parameters<CameraWitness["begin"]>[0]): CameraRequestRecord => {
    lastRow += 1;
    const record = { ...seen, row: lastRow, tookMs: null, status: 0, bytes: 0, whole: false };
    rows.push(record);
    if (rows.length >= 2 * REQUESTS_KEPT) rows = rows.slice(-REQUESTS_KEPT);
    const hits = hitsOf(seen.siteId);
    hits.requests += 1;
    hits.byKind[seen.kind] = (hits.byKind[seen.kind] ?? 0) + 1;
    countPath(hits, seen.path, seen.at);
    return record;
  };
  return {
    stray(siteId, path, connection) {
      const seen = {
        siteId,
        kind: "unknown",
        path,
        query: "",
        head: "",
        connection,
        at: Date.now(),
        faults: [],
      } as const;
      Object.assign(add(seen), { tookMs: 0, status: 404 });
    },
    begin(seen) {
      const record = add(seen);
      const hits = hitsOf(seen.siteId);
      hits.inFlight += 1;
      hits.peakInFlight = Math.max(hits.peakInFlight, hits.inFlight);
      return record;
    },
    end(record) {
      record.tookMs = Date.now() - record.at;
      const hits = hitsOf(record.siteId);
      hits.inFlight = Math.max(0, hits.inFlight - 1);
      hits.bytes += record.bytes;
      const path = hits.paths[record.path];
      if (path === undefined) return;
      path.bytes += record.bytes;
      path.maxMs = Math.max(path.maxMs, record.tookMs);
    },
    connected(siteId) {
      const hits = hitsOf(siteId);
      hits.connections += 1;
      hits.openConnections += 1;
      hits.peakConnections = Math.max(hits.peakConnections, hits.openConnections);
    },
    disconnected(siteId) {
      const hits = hitsOf(siteId);
      hits.openConnections = Math.max(0, hits.openConnections - 1);
    },
    hits: (siteId) => [...bySite.values()].filter((hits) => siteId === undefined || hits.siteId === siteId),
    requests: ({ siteId, after = 0, limit = REQUESTS_KEPT } = {}) =>
      rows.filter((record) => record.row > after && (siteId === undefined || record.siteId === siteId)).slice(0, limit),
    reset() {
      rows = [];
      for (const [siteId, { openConnections, inFlight }] of bySite) {
        bySite.set(siteId, emptyHits(siteId, openConnections, inFlight));
      }
    },
  };
}

function emptyHits(siteId: string, openConnections: number, inFlight: number): CameraHits {
  const peaks = { peakConnections: openConnections, peakInFlight: inFlight };
  const counts = { requests: 0, bytes: 0, connections: 0, openConnections, inFlight, pathsForgotten: 0 };
  // a path may be `__proto__`
  const paths = Object.create(null) as Record<string, PathHits>;
  return { siteId, ...counts, ...peaks, byKind: {}, paths };
}

function countPath(hits: CameraHits, path: string, at: number): void {
  const known = hits.paths[path];
  if (known !== undefined) {
    known.hits += 1;
    known.lastAt = at;
    return;
  }
  hits.paths[path] = { hits: 1, bytes: 0, firstAt: at, lastAt: at, maxMs: 0 };
  const names = Object.keys(hits.paths);
  const [oldest] = names;
  if (names.length <= PATHS_KEPT || oldest === undefined) return;
  delete hits.paths[oldest];
  hits.pathsForgotten += 1;
}
