import { NEW_CONTACT, type SiteContact } from "../../domain/collection/circuit-breaker.ts";
import type { CancelTimer } from "../../domain/collection/clock.ts";
import { type LatencyHistory, newLatencyHistory } from "../../domain/collection/latency-history.ts";
import type { ControllerLine, PollRequest } from "../../domain/collection/poll-site.ts";
import { slotText } from "../../domain/collection/slots.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { PollFacts } from "./collector.ts";
import type { PolledProfile, Transport } from "./collector-options.ts";

/** How the site's last poll went. */
type LastPoll = Pick<PollFacts, "result" | "attempts" | "latencyMs"> & { readonly slotMs: number };

/** One site in the memory of the collector. */
export type SiteRuntime = {
  readonly siteId: string;
  readonly controllerUrl: string;
  readonly profile: PolledProfile;
  readonly requests: readonly PollRequest[];
  readonly line: ControllerLine;
  readonly history: LatencyHistory;
  ownIntervalS: number | null;
  contact: SiteContact;
  lastPoll: LastPoll | null;
  /** Left the roster: its line is closed, and what is under way on it says nothing about the site. */
  isRetired: boolean;
  /** A request is under way, for whatever slot. */
  isBusy: boolean;
  /** The newest slot whose round had this site. */
  lastSlotMs: number | null;
  /** Monotonic. */
  watchedUntilMs: number;
  cancelLateTry: CancelTimer | null;
  /** In force since the cohorts were last made. */
  intervalMs: number;
  /** Start after the slot. */
  offsetMs: number;
};

/** The facts of the last poll, as the site page shows them. */
export function factsOf({ siteId, lastPoll, contact }: SiteRuntime): PollFacts | null {
  if (lastPoll === null) return null;
  const { slotMs, result, attempts, latencyMs } = lastPoll;
  const { breaker, misses } = contact;
  return { siteId, slot: slotText(slotMs), result, attempts, latencyMs, breaker, misses };
}

const requestsOfProfile = new WeakMap<PolledProfile, Map<string, readonly PollRequest[]>>();

/** Thousands of sites have the same profile, and nearly all have no prefix: they share their requests. */
function requestsOf(profile: PolledProfile, prefix: string): readonly PollRequest[] {
  const byPrefix = requestsOfProfile.get(profile) ?? new Map<string, readonly PollRequest[]>();
  requestsOfProfile.set(profile, byPrefix);
  const known = byPrefix.get(prefix);
  if (known !== undefined) return known;
  const requests = profile.profile.requests.map(({ name, method, path, timeout_ms, required }) => ({
    name,
    method,
    path: prefix + path,
    timeoutMs: timeout_ms,
    isRequired: required ?? true,
  }));
  byPrefix.set(prefix, requests);
  return requests;
}

export function newSiteRuntime(site: Site, profile: PolledProfile, transport: Transport): SiteRuntime {
  const prefix = new URL(site.controllerUrl).pathname.replace(/\/+$/, "");
  return {
    siteId: site.id,
    controllerUrl: site.controllerUrl,
    profile,
    requests: requestsOf(profile, prefix),
    line: transport.lineTo(site.controllerUrl),
    history: newLatencyHistory(),
    ownIntervalS: site.intervalS,
    contact: NEW_CONTACT,
    lastPoll: null,
    isRetired: false,
    isBusy: false,
    lastSlotMs: null,
    watchedUntilMs: Number.NEGATIVE_INFINITY,
    cancelLateTry: null,
    intervalMs: 0,
    offsetMs: 0,
  };
}
