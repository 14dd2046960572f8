import type { CollectedReply } from "../../../adapters/controller/collector.ts";
import type { PolledProfile, Transport } from "../../../adapters/controller/collector-options.ts";
import { createCollector, type LocalCollector } from "../../../adapters/controller/create-collector.ts";
import type { FailureCause } from "../../../domain/collection/failure-cause.ts";
import type { ControllerLine, TryResult } from "../../../domain/collection/poll-site.ts";
import type { RoundReport } from "../../../domain/collection/round-report.ts";
import type { Site } from "../../../domain/sites/site.ts";
import type { NewJournalEntry } from "../../../domain/telemetry/journal-entry.ts";
import { createFakeClock, type FakeClock } from "../../domain/collection/fake-clock.ts";

/** What a controller does with one request. */
export type Behaviour =
  | { readonly kind: "answers"; readonly afterMs: number }
  | { readonly kind: "hangs" }
  /** Breaks the promise of the line: settles long after its time. */
  | { readonly kind: "overruns"; readonly afterMs: number }
  | { readonly kind: "fails"; readonly cause: FailureCause; readonly afterMs: number };

export const answers = (afterMs: number): Behaviour => ({ kind: "answers", afterMs });
export const overruns = (afterMs: number): Behaviour => ({ kind: "overruns", afterMs });
export const HANGS: Behaviour = { kind: "hangs" };
export const fails = (cause: FailureCause, afterMs = 1): Behaviour => ({ kind: "fails", cause, afterMs });

export type Sent = { readonly siteId: string; readonly request: string; readonly atMs: number; readonly endMs: number };

export const SLOT = Date.parse("2026-01-01T00:00:00.000Z");
const PROFILE: PolledProfile = {
  tag: "test@1",
  profile: {
    requests: [
      { name: "state", method: "GET", path: "/state", timeout_ms: 2000 },
      { name: "miners", method: "GET", path: "/miners", timeout_ms: 2000, required: false },
    ],
  },
  judge: (_name, json) => (json === null ? "empty" : null),
};

/** A fleet on a fake clock: what each site does is asked at each request. */
export function createFakeFleet(options: {
  readonly sites: readonly Partial<Site>[];
  behaviour(siteId: string, request: string, wallMs: number): Behaviour;
  readonly pollIntervalS?: number;
  readonly startMs?: number;
  readonly journalMs?: number;
  readonly connectsPerS?: number;
  readonly seed?: number;
  isMine?(siteId: string): boolean;
}) {
  const clock = createFakeClock(options.startMs ?? SLOT, options.seed);
  const sent: Sent[] = [];
  const inFlight = new Map<string, number>();
  const overlaps: string[] = [];
  const badTimeouts: number[] = [];
  const entries: NewJournalEntry[] = [];
  const replies: CollectedReply[] = [];
  const reports: RoundReport[] = [];
  const complaints: string[] = [];
  const listeners = new Set<() => void>();
  let sites = options.sites.map(aSite);

  const lineTo = (url: string): ControllerLine => {
    const siteId = new URL(url).hostname;
    let isConnected = false;
    return {
      get isConnected() {
        return isConnected;
      },
      send(request, timeoutMs) {
        if ((inFlight.get(siteId) ?? 0) > 0) overlaps.push(siteId);
        // `AbortSignal.timeout` and friends refuse a fraction: every retry would fail in silence.
        if (!Number.isInteger(timeoutMs) || timeoutMs < 1) badTimeouts.push(timeoutMs);
        inFlight.set(siteId, (inFlight.get(siteId) ?? 0) + 1);
        const behaviour = options.behaviour(siteId, request.name, clock.wallMs());
        const { result, afterMs } = outcomeOf(behaviour, timeoutMs);
        isConnected = result.ok;
        const atMs = clock.wallMs();
        return new Promise((resolve) => {
          clock.after(afterMs, () => {
            inFlight.set(siteId, (inFlight.get(siteId) ?? 0) - 1);
            sent.push({ siteId, request: request.name, atMs, endMs: clock.wallMs() });
            resolve(result);
          });
        });
      },
      close() {
        isConnected = false;
      },
    };
  };
  const transport: Transport = { lineTo, openSockets: 0 };
  const complain = (_facts: object, text: string): void => void complaints.push(text);
  const collector: LocalCollector = createCollector({
    inventory: {
      all: () => sites,
      onChange(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    profileOf: (id) => (id === "test" ? PROFILE : undefined),
    journal: {
      append: (entry) =>
        new Promise((resolve) => {
          clock.after(options.journalMs ?? 2, () => resolve(entries.push(entry)));
        }),
    },
    pollIntervalS: options.pollIntervalS ?? 60,
    log: { info: () => undefined, warn: complain, error: complain },
    clock,
    transport,
    maxSockets: 20_000,
    ...(options.isMine === undefined ? {} : { isMine: options.isMine }),
    ...(options.connectsPerS === undefined ? {} : { connectsPerS: options.connectsPerS }),
  });
  return {
    clock: clock satisfies FakeClock,
    collector,
    sent,
    overlaps,
    badTimeouts,
    entries,
    replies,
    reports,
    complaints,
    attach: () =>
      collector.attach({ onReply: (reply) => void replies.push(reply), onRound: (r) => void reports.push(r) }),
    setSites(next: readonly Partial<Site>[]) {
      sites = next.map(aSite);
      for (const listener of listeners) listener();
    },
  };
}

const GOOD: TryResult = { ok: true, json: {}, text: "{}", latencyMs: 1 };

function outcomeOf(behaviour: Behaviour, timeoutMs: number): { result: TryResult; afterMs: number } {
  if (behaviour.kind === "overruns") return { result: GOOD, afterMs: behaviour.afterMs };
  if (behaviour.kind === "hangs" || behaviour.afterMs >= timeoutMs) {
    return { result: { ok: false, cause: "timeout", status: null }, afterMs: timeoutMs };
  }
  const { afterMs } = behaviour;
  if (behaviour.kind === "fails") {
    const status = behaviour.cause === "http_status" ? 500 : null;
    return { result: { ok: false, cause: behaviour.cause, status }, afterMs };
  }
  return { result: { ok: true, json: {}, text: "{}", latencyMs: afterMs }, afterMs };
}

function aSite(site: Partial<Site>): Site {
  const id = site.id ?? "site-1";
  return {
    id,
    name: id,
    region: "r",
    zone: "z",
    enabled: true,
    controllerUrl: `http://${id}`,
    profileId: "test",
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: null,
    ratedPowerKw: null,
    ...site,
  };
}
