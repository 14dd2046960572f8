import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { readCounter, readGauge } from "./read-metrics.ts";
import { countVideo, type VideoSource } from "./video-metrics.ts";

/** Where the figures come from: read when somebody scrapes, so that nothing has to be counted twice. */
export type MetricSources = {
  readonly collector: {
    stats(): {
      readonly polls: Readonly<Record<string, number>>;
      readonly lastRound: { readonly slot: string; readonly durationMs: number } | null;
      readonly openSockets: number;
    };
  };
  readonly journal: { stats(): { readonly rows: number; readonly bytes: number; readonly dropped: number } };
  readonly writer: { stats(): { readonly written: number; readonly lagS: number; readonly quarantined: number } };
  readonly loop: { lagMs(): number };
  /** Who collects what; rejects while the database is away. Absent: the process knows nothing of others. */
  readonly collectors?: () => Promise<{
    readonly items: readonly { readonly id: string; readonly leases: readonly string[]; readonly sites: number }[];
    readonly orphans: number;
  }>;
  readonly jobs: {
    stats(): {
      readonly runs: readonly { readonly job: string; readonly outcome: string; readonly count: number }[];
      readonly lastSuccess: readonly { readonly job: string; readonly atS: number }[];
    };
  };
  /** Absent: the process has no alarms. `countByState` rejects while the database is away. */
  readonly alarms?: {
    readonly store: {
      countByState(): Promise<readonly { readonly priority: string; readonly state: string; readonly count: number }[]>;
    };
    isJudging(): boolean;
    judgedMs(): number | null;
  };
  /** Absent: the process knows no commands. `counts`: into which states it has moved some. */
  readonly commands?: { counts(): ReadonlyMap<string, number> };
  /** `gateway`: null in a process that serves no video. */
  readonly video?: { readonly gateway: VideoSource | null };
  /** Absent: the process keeps no audit trail. */
  readonly auditState?: () => { readonly queued: number; readonly dropped: number; readonly isBroken: boolean };
};

/** The platform's metrics, and what the API counts itself. */
export interface Metrics {
  readonly contentType: string;
  /** Prometheus text format. */
  text(): Promise<string>;
  /** @param route the path template, never a path: labels stay few and hold nothing private */
  countRequest(route: string, method: string, status: number): void;
  setLiveClients(clients: number): void;
  /** Views × choices of sites × limits that frames are made for. */
  setLiveChannels(channels: number): void;
  addLiveBytes(bytes: number): void;
  stop(): void;
}

const ROUND_WATCH_MS = 500;
const LOOP_PRECISION_MS = 500;

export function createMetrics(sources: MetricSources): Metrics {
  const { collector, journal, writer, loop, jobs, collectors } = sources;
  const registry = new Registry();
  // The usual 10 ms wake the process a hundred times a second, which costs more than all else that it does while idle.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  const registers = [registry];

  const gauge = readGauge(registers);
  const counter = readCounter(registers);

  const rounds = new Histogram({
    name: "antbox_round_duration_seconds",
    help: "Duration of a round of polling",
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 6],
    registers,
  });
  new Counter({
    name: "antbox_polls_total",
    help: "Polls by result: ok, late or the cause of the failure",
    labelNames: ["result"],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(collector.stats().polls)) this.inc({ result }, count);
    },
  });
  counter("antbox_snapshots_written_total", "Snapshots committed to the database", () => writer.stats().written);
  counter(
    "antbox_journal_dropped_total",
    "Replies given up because the journal was full",
    () => journal.stats().dropped,
  );
  gauge("antbox_journal_rows", "Replies in the journal that are not committed yet", () => journal.stats().rows);
  gauge("antbox_journal_bytes", "Size of the journal on disk", () => journal.stats().bytes);
  gauge("antbox_snapshots_quarantined", "Snapshots that the database refused", () => writer.stats().quarantined);
  gauge("antbox_write_lag_seconds", "From the slot of a snapshot to its commit", () => writer.stats().lagS);
  gauge("antbox_event_loop_lag_seconds", "Longest event-loop delay of the last 5 s", () => loop.lagMs() / 1000);
  gauge("antbox_controller_sockets", "Open connections to controllers", () => collector.stats().openSockets);
  if (sources.auditState) {
    const state = sources.auditState;
    gauge("antbox_audit_queued", "Audit entries that wait for the database", () => state().queued);
    counter("antbox_audit_dropped_total", "Audit entries that there was no room for", () => state().dropped);
    gauge("antbox_audit_broken", "1: the trail does not continue from its checkpoint", () => Number(state().isBroken));
  }
  new Counter({
    name: "antbox_job_runs_total",
    help: "Runs of the platform's jobs in this process, by outcome: ok, failed, interrupted",
    labelNames: ["job", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const { job, outcome, count } of jobs.stats().runs) this.inc({ job, outcome }, count);
    },
  });
  new Gauge({
    name: "antbox_job_last_success_timestamp",
    help: "When a job last succeeded, seconds since the Unix epoch; only in the process that runs the jobs",
    labelNames: ["job"],
    registers,
    collect() {
      this.reset();
      for (const { job, atS } of jobs.stats().lastSuccess) this.set({ job }, atS);
    },
  });
  const liveClients = new Gauge({ name: "antbox_live_clients", help: "Open live connections", registers });
  const liveChannels = new Gauge({
    name: "antbox_live_channels",
    help: "Views, choices of sites and limits that live frames are made for",
    registers,
  });
  const liveBytes = new Counter({ name: "antbox_live_bytes_total", help: "Bytes sent to live clients", registers });
  const requests = new Counter({
    name: "antbox_http_requests_total",
    help: "Answered API requests",
    labelNames: ["route", "method", "status"],
    registers,
  });

  if (collectors) countCollectors(registers, collectors);
  if (sources.alarms) countAlarms(registers, sources.alarms);
  if (sources.commands) countCommands(registers, sources.commands);
  if (sources.video?.gateway) countVideo(registers, sources.video.gateway);

  let lastSlot: string | null = null;
  const timer = setInterval(() => {
    const round = collector.stats().lastRound;
    if (!round || round.slot === lastSlot) return;
    lastSlot = round.slot;
    rounds.observe(round.durationMs / 1000);
  }, ROUND_WATCH_MS);
  timer.unref();

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countRequest: (route, method, status) => requests.inc({ route, method, status: String(status) }),
    setLiveClients: (clients) => liveClients.set(clients),
    setLiveChannels: (channels) => liveChannels.set(channels),
    addLiveBytes: (bytes) => liveBytes.inc(bytes),
    stop: () => clearInterval(timer),
  };
}

function countCommands(registers: Registry[], { counts }: NonNullable<MetricSources["commands"]>): void {
  new Counter({
    name: "antbox_commands_total",
    help: "Commands by the state that they have come into, by an act of this process",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const [state, count] of counts()) this.inc({ state }, count);
    },
  });
}

/** While the database is away the series of alarms are missing. */
function countAlarms(
  registers: Registry[],
  { store, isJudging, judgedMs }: NonNullable<MetricSources["alarms"]>,
): void {
  new Gauge({
    name: "antbox_alarms",
    help: "Alarms that are not over and seen, by priority and state; of the whole platform",
    labelNames: ["priority", "state"],
    registers,
    async collect() {
      this.reset();
      const counts = await store.countByState().catch(() => []);
      for (const { priority, state, count } of counts) this.set({ priority, state }, count);
    },
  });
  new Gauge({
    name: "antbox_rule_lag_seconds",
    help: "Age of the newest round that the alarm rules have judged; NaN in a process that does not judge",
    registers,
    collect() {
      const judged = isJudging() ? judgedMs() : null;
      this.set(judged === null ? Number.NaN : (Date.now() - judged) / 1000);
    },
  });
}

/** One question to the database per scrape. While it is away the series are missing, which is what is known. */
function countCollectors(registers: Registry[], read: NonNullable<MetricSources["collectors"]>): void {
  let underWay: ReturnType<typeof read> | null = null;
  const view = () => {
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return underWay.catch(() => null);
  };
  const perCollector = (
    name: string,
    help: string,
    figure: (one: { leases: readonly string[]; sites: number }) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ["collector"],
      registers,
      async collect() {
        this.reset();
        for (const one of (await view())?.items ?? []) this.set({ collector: one.id }, figure(one));
      },
    });
  perCollector("antbox_collector_sites", "Enabled sites that each live collector polls", ({ sites }) => sites);
  perCollector(
    "antbox_collector_leases",
    "Of the 16 shares of the sites, how many each live collector holds",
    ({ leases }) => leases.length,
  );
  new Gauge({
    name: "antbox_sites_orphaned",
    help: "Enabled sites that nobody polls; NaN while the database is away",
    registers,
    async collect() {
      this.set((await view())?.orphans ?? Number.NaN);
    },
  });
}
