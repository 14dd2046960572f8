import { randomUUID } from "node:crypto";
import type { Inventory } from "../adapters/inventory/inventory.ts";
import type { LiveState } from "../adapters/live/live-state.ts";
import { compileScope, type SiteScope, scopeKey } from "../domain/access/site-scope.ts";
import {
  encodeDeltaBody,
  encodeFullBody,
  type FrameLayout,
  stampDelta,
  stampFull,
} from "../domain/live/encode-frame.ts";
import { OVERVIEW_POINTS } from "../domain/live/live-frame.ts";
import { POINT_NAMES } from "../domain/points/catalogue.ts";
import { textFrame } from "./text-frame.ts";

/** Deltas kept for clients that come back: some minutes of a fleet that is polled once a minute. */
const RING_FRAMES = 64;
const RING_BYTES = 1_048_576;
/** A full frame is sent to all who ask within this time; its `at` is that much old at most. */
const FULL_LIFE_MS = 100;
/** How long a channel without clients goes on counting, so that its last client may resume. */
const LINGER_MS = 60_000;
/** Of those without clients, no more than so many linger: a client that asks for one choice of sites after another. */
const MAX_LINGERING = 512;

type Kept = { readonly seq: number; readonly body: string };

/**
 * One view of one choice of sites under one set of limits: what all clients that look at the same thing, and may see it,
 * share. Frames are made once per channel. A channel holds no site that its scope does not hold. The epoch belongs to the channel's index table: another table is another channel with another epoch.
 */
export type Channel<C> = {
  readonly key: string;
  readonly view: "overview" | "site";
  /** What its members may see; null = every site. */
  readonly scope: SiteScope | null;
  /** What its members asked for; null: all that they may see. */
  readonly filter: readonly string[] | null;
  readonly layout: FrameLayout;
  readonly placeOf: ReadonlyMap<string, number>;
  readonly members: Set<C>;
  readonly ring: Kept[];
  seq: number;
  fullBody: Kept | null;
  fullFrame: { readonly seq: number; readonly atMs: number; readonly frame: Buffer } | null;
  emptySinceMs: number;
};

/** One new frame for the members of a channel. */
export type NewFrame<C> = { readonly channel: Channel<C>; readonly seq: number; readonly frame: Buffer };

/** @param clock milliseconds since the Unix epoch */
export function createChannels<C>(
  inventory: Pick<Inventory, "all" | "get">,
  liveState: Pick<LiveState, "get">,
  clock: () => number,
) {
  const channels = new Map<string, Channel<C>>();

  function create({ key, view, scope, filter }: Pick<Channel<C>, "key" | "view" | "scope" | "filter">): Channel<C> {
    const isVisible = compileScope(scope);
    const wanted = filter?.flatMap((siteId) => inventory.get(siteId) ?? []) ?? inventory.all();
    const sites = wanted.filter(isVisible).map(({ id }) => id);
    const layout = { epoch: randomUUID(), view, sites, points: view === "overview" ? OVERVIEW_POINTS : POINT_NAMES };
    const channel: Channel<C> = {
      key,
      view,
      scope,
      filter,
      layout,
      placeOf: new Map(sites.map((siteId, place) => [siteId, place])),
      members: new Set(),
      ring: [],
      seq: 0,
      fullBody: null,
      fullFrame: null,
      emptySinceMs: clock(),
    };
    channels.set(key, channel);
    return channel;
  }

  /** Walks over the shorter of the two lists: most channels hold one site, most rounds hold all. */
  function movedOf({ filter, placeOf }: Channel<C>, siteIds: ReadonlySet<string>): number[] {
    const candidates = filter && filter.length < siteIds.size ? filter.filter((id) => siteIds.has(id)) : [...siteIds];
    return candidates.flatMap((siteId) => placeOf.get(siteId) ?? []).sort((a, b) => a - b);
  }

  function advance(channel: Channel<C>, siteIds: ReadonlySet<string>): NewFrame<C> | null {
    const { layout } = channel;
    const moved = movedOf(channel, siteIds).flatMap((place) => {
      const snapshot = liveState.get(layout.sites[place] ?? "");
      return snapshot ? [{ place, snapshot }] : [];
    });
    if (moved.length === 0) return null;
    channel.seq += 1;
    const places = moved.map(({ place }) => place);
    const snapshots = moved.map(({ snapshot }) => snapshot);
    const body = encodeDeltaBody(layout, channel.seq, places, snapshots);
    keep(channel.ring, { seq: channel.seq, body });
    channel.fullBody = null;
    if (channel.members.size === 0) return null;
    return { channel, seq: channel.seq, frame: textFrame(stampDelta(body, isoNow())) };
  }

  function isoNow(): string {
    return new Date(clock()).toISOString();
  }

  return {
    /** @param filter null = all that the scope holds; sorted, without doubles */
    find(view: Channel<C>["view"], scope: SiteScope | null, filter: readonly string[] | null): Channel<C> {
      const key = `${view} ${filter?.join(",") ?? "*"} ${scopeKey(scope)}`;
      return channels.get(key) ?? create({ key, view, scope, filter });
    },

    /** The deltas of a change, one per channel that it touches and that has clients. */
    advanceAll(siteIds: readonly string[]): NewFrame<C>[] {
      const moved = new Set(siteIds);
      return [...channels.values()].flatMap((channel) => advance(channel, moved) ?? []);
    },

    /** After a change of the inventory: a new index table for everybody. @returns the channels that replace others */
    renew(): { from: Channel<C>; to: Channel<C> }[] {
      const before = [...channels.values()];
      channels.clear();
      const used = before.filter(({ members }) => members.size > 0);
      return used.map((from) => ({ from, to: create(from) }));
    },

    leave(channel: Channel<C>, client: C): void {
      channel.members.delete(client);
      if (channel.members.size === 0) channel.emptySinceMs = clock();
    },

    /** Lets go of channels that nobody came back to. */
    sweep(): void {
      const empty = [...channels.values()].filter(({ members }) => members.size === 0);
      empty.sort((a, b) => b.emptySinceMs - a.emptySinceMs);
      for (const [place, { key, emptySinceMs }] of empty.entries()) {
        if (place >= MAX_LINGERING || clock() - emptySinceMs > LINGER_MS) channels.delete(key);
      }
    },

    size: () => channels.size,

    all: (): Iterable<Channel<C>> => channels.values(),

    fullFrame(channel: Channel<C>): Buffer {
      const { seq, layout, fullFrame: made } = channel;
      if (made?.seq === seq && clock() - made.atMs < FULL_LIFE_MS) return made.frame;
      channel.fullBody ??= {
        seq,
        body: encodeFullBody(
          layout,
          seq,
          layout.sites.map((siteId) => liveState.get(siteId)),
        ),
      };
      const frame = textFrame(stampFull(channel.fullBody.body, isoNow()));
      channel.fullFrame = { seq, atMs: clock(), frame };
      return frame;
    },

    /** What a client missed. @returns null when it must start from a full frame */
    missed({ layout, ring, seq }: Channel<C>, epoch: string | undefined, after: number | undefined): Buffer[] | null {
      if (epoch !== layout.epoch || after === undefined || after > seq) return null;
      const later = ring.filter((kept) => kept.seq > after);
      if (later.length !== seq - after) return null;
      return later.map(({ body }) => textFrame(stampDelta(body, isoNow())));
    },

    heartbeat({ layout, seq }: Channel<C>): Buffer {
      return textFrame(JSON.stringify({ type: "heartbeat", epoch: layout.epoch, seq, at: isoNow() }));
    },
  };
}

function keep(ring: Kept[], frame: Kept): void {
  ring.push(frame);
  let bytes = ring.reduce((sum, { body }) => sum + body.length, 0);
  while (ring.length > RING_FRAMES || (bytes > RING_BYTES && ring.length > 1)) bytes -= ring.shift()?.body.length ?? 0;
}
