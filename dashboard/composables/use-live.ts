import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { AlarmSummary } from "../../domain/alarms/alarm-summary.ts";
import { applyCommands, type LiveCommands } from "../../domain/live/live-commands.ts";
import { applyStreams } from "../../domain/live/live-streams.ts";
import type { LiveRow } from "../../domain/live/live-table.ts";
import type { StreamMessage } from "../../domain/video/stream-message.ts";
import {
  createLiveConnection,
  type LiveChange,
  type LiveConnection,
  type LiveRound,
  type LiveStatus,
  type LiveView,
} from "../live/connection.ts";
import { takeEarlySocket } from "../live/early-socket.ts";
import { newestFleetRound } from "../live/fleet-round.ts";
import { liveUrl } from "../live/live-url.ts";
import { probeSession } from "./use-session.ts";

/** How long the connection outlives its last user: a change of page takes the old widgets away before the new ones come. */
const LINGER_MS = 5000;

export type Live = {
  readonly status: Readonly<Ref<LiveStatus>>;
  /** A new map object after each change, with the same row objects where nothing changed. */
  readonly rows: Readonly<ShallowRef<ReadonlyMap<string, LiveRow>>>;
  /** True from the first frame of the view on. */
  readonly hasRows: Readonly<Ref<boolean>>;
  readonly round: Readonly<ShallowRef<LiveRound | null>>;
  /** Another object whenever an alarm has changed; null until the server has told it. */
  readonly alarms: Readonly<ShallowRef<AlarmSummary | null>>;
  /**
   * By id, of the sites that the page shows: what is not over, or has not been for more than minutes. Another map after each
   * change; null until the server has told it. `evidence` is in REST.
   */
  readonly commands: Readonly<ShallowRef<LiveCommands | null>>;
  /** How the cameras are, for a view that names the topic `streams`; null until the server has told it, and for other views. */
  readonly streams: Readonly<ShallowRef<readonly StreamMessage[] | null>>;
  /** Server's time of the newest frame, kept up while live; the moment it went blind afterwards. */
  readonly blindSinceMs: Readonly<Ref<number | null>>;
  serverNowMs(): number;
  show(view: LiveView): void;
};

const status = ref<LiveStatus>("connecting");
const rows = shallowRef<ReadonlyMap<string, LiveRow>>(new Map());
const hasRows = ref(false);
const round = shallowRef<LiveRound | null>(null);
const alarms = shallowRef<AlarmSummary | null>(null);
const commands = shallowRef<LiveCommands | null>(null);
const streams = shallowRef<readonly StreamMessage[] | null>(null);
const blindSinceMs = ref<number | null>(null);

let connection: LiveConnection | null = null;
let users = 0;
let lingerTimer: ReturnType<typeof setTimeout> | undefined;

/** The page's one live connection, shared by all widgets on it. Call in `setup`. */
export function useLive(): Live {
  users += 1;
  clearTimeout(lingerTimer);
  const current = connection ?? connect();
  connection = current;
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) lingerTimer = setTimeout(disconnect, LINGER_MS);
  });
  return {
    status: readonly(status),
    rows,
    hasRows: readonly(hasRows),
    round,
    alarms,
    commands,
    streams,
    blindSinceMs: readonly(blindSinceMs),
    serverNowMs: current.serverNowMs,
    show(view) {
      // What another view does not hear of is old when this one is shown again.
      if (!view.topics?.includes("streams")) streams.value = null;
      current.show(view);
    },
  };
}

/** The alarms as REST tells them; what came over the line and was counted later stays. */
export function seedAlarms(summary: AlarmSummary): void {
  if (alarms.value === null || alarms.value.at < summary.at) alarms.value = summary;
}

/** The newest rounds, newest first, as REST tells them before the first one has ended. */
export function seedRounds(seeds: readonly LiveRound[]): void {
  if (round.value === null) for (const seed of seeds.toReversed()) round.value = newestFleetRound(round.value, seed);
}

function connect(): LiveConnection {
  const opened = createLiveConnection({
    openSocket: () => takeEarlySocket(monotonicMs) ?? (new WebSocket(liveUrl()) as never),
    monotonicMs,
    random: Math.random,
    // After a long outage the access token has run out: the renewed one is used at once, not at the next try.
    onRefused: () => void probeSession().then((isRenewed) => isRenewed && opened.retryNow()),
  });
  opened.onChange((change) => take(opened, change));
  document.addEventListener("visibilitychange", retryWhenSeen);
  window.addEventListener("online", retryWhenSeen);
  return opened;
}

function take(opened: LiveConnection, change: LiveChange): void {
  switch (change.kind) {
    case "rows":
      rows.value = new Map(opened.table().rows);
      hasRows.value = opened.table().epoch !== null;
      return;
    case "round":
      round.value = newestFleetRound(round.value, change.round);
      return;
    case "alarms":
      alarms.value = change.summary;
      return;
    case "commands":
      commands.value = applyCommands(commands.value ?? new Map(), change.frame);
      return;
    case "streams":
      streams.value = applyStreams(streams.value, change.frame);
      return;
    case "status":
      blindSinceMs.value = change.status === "blind" ? (opened.lastFrameAtMs() ?? Date.now()) : null;
      status.value = change.status;
  }
}

function retryWhenSeen(): void {
  if (document.visibilityState === "visible") connection?.retryNow();
}

function disconnect(): void {
  connection?.close();
  connection = null;
  status.value = "connecting";
  rows.value = new Map();
  hasRows.value = false;
  commands.value = null;
  streams.value = null;
  document.removeEventListener("visibilitychange", retryWhenSeen);
  window.removeEventListener("online", retryWhenSeen);
}

function monotonicMs(): number {
  return performance.now();
}
