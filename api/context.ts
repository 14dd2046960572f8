import type { AlarmDesk } from "../adapters/alarms/alarm-desk.ts";
import type { BackTests } from "../adapters/alarms/back-tests.ts";
import type { SiteBaselines } from "../adapters/alarms/site-baselines.ts";
import type { SiteFlags } from "../adapters/alarms/site-flags.ts";
import type { AuditBook } from "../adapters/audit/create-audit.ts";
import type { CommandDesk } from "../adapters/commands/command-desk.ts";
import type { CommandFeed } from "../adapters/commands/command-feed.ts";
import type { Collector } from "../adapters/controller/collector.ts";
import type { Database } from "../adapters/database/database.ts";
import type { HistoryStore } from "../adapters/database/history/create-history-store.ts";
import type { HistoryImport } from "../adapters/database/history-import.ts";
import type { LabBook } from "../adapters/database/lab-repository.ts";
import type { WriterStats } from "../adapters/database/writer.ts";
import type { Idempotency } from "../adapters/idempotency/idempotency.ts";
import type { SiteBook } from "../adapters/inventory/inventory.ts";
import type { LiveState } from "../adapters/live/live-state.ts";
import type { Notifications } from "../adapters/notification/create-notifications.ts";
import type { LoopMonitor } from "../adapters/observability/loop-monitor.ts";
import type { Metrics } from "../adapters/observability/metrics.ts";
import type { JobBoard } from "../adapters/scheduler/job-board.ts";
import type { ClientAddress } from "../adapters/security/client-address.ts";
import type { Auth } from "../adapters/security/create-auth.ts";
import type { OidcSignIn } from "../adapters/security/oidc-sign-in.ts";
import type { OwnAccount } from "../adapters/security/own-account.ts";
import type { People } from "../adapters/security/people.ts";
import type { SelfWatch } from "../adapters/self-watch/self-watch.ts";
import type { SettingsStore } from "../adapters/settings/settings-store.ts";
import type { RecordingBook } from "../adapters/video/recording-book.ts";
import type { SavedWalls } from "../adapters/video/saved-walls.ts";
import type { StreamBoard } from "../adapters/video/stream-board.ts";
import type { Tickets } from "../adapters/video/tickets.ts";
import type { Webhooks } from "../adapters/webhooks/create-webhooks.ts";
import type { AuditTrail } from "../domain/access/audit-entry.ts";
import type { CollectorsView } from "../domain/collection/describe-collectors.ts";
import type { RoundReport } from "../domain/collection/round-report.ts";
import type { Log } from "../domain/log.ts";
import type { CompiledProfile } from "../domain/profiles/compile-profile.ts";
import type { Site } from "../domain/sites/site.ts";
import type { ControllerReply } from "../domain/telemetry/controller-reply.ts";
import type { JournalStats } from "../domain/telemetry/journal-entry.ts";

/** How far the process has come; `/readyz` follows it. */
export type Lifecycle = {
  readonly migrationsDone: boolean;
  /** Between Node-RED's `flows:started` and `flows:stopping`. True in a process without flows. */
  readonly flowsStarted: boolean;
  readonly isShuttingDown: boolean;
};

/** What the API needs to know of the configuration; nothing here is secret or private. */
export type ApiConfig = {
  readonly publicUrl: string;
  readonly pollIntervalS: number;
  readonly roles: readonly string[];
  readonly siteTimeZone: string;
  /** Whether there is a flow editor, and whether flows can be changed in it. */
  readonly editor: "on" | "readonly" | "off";
  readonly version: string;
  /** Of every package that the platform is delivered with. */
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
  /** ISO time of the start of this process. */
  readonly startedAt: string;
  /** The built login page: index.html and its files. */
  readonly loginFolder: string;
};

/** Stored history and rounds, read from the database. Every call rejects while that is away. */
export interface Storage {
  /** Newest first, slots strictly before `beforeSlot` (null = all), and how many rounds are stored. */
  rounds(limit: number, beforeSlot: string | null): Promise<{ items: RoundReport[]; total: number }>;
  readonly history: HistoryStore;
}

/** The services that the API answers from. They are handed in; the API owns none of them and closes none of them. */
export type ApiContext = {
  readonly inventory: SiteBook;
  readonly liveState: LiveState;
  readonly collector: Pick<Collector, "watch" | "factsOf"> & {
    lastReplyOf(siteId: string): ControllerReply | null | Promise<ControllerReply | null>;
  };
  /** Who collects what of these sites, by default of all; rejects while the database is away. */
  readonly collectors: (sites?: readonly Site[]) => Promise<CollectorsView>;
  readonly journal: { stats(): JournalStats };
  readonly writer: { stats(): WriterStats };
  readonly database: Pick<Database, "engine" | "isReachable">;
  readonly storage: Storage;
  readonly labBook: LabBook;
  readonly historyImport: HistoryImport;
  readonly jobs: JobBoard;
  /** Alarms and their rules; whether this process judges them. */
  readonly alarms: Pick<AlarmDesk, "store" | "rules" | "facts" | "isJudging" | "judgedMs">;
  /** Commands to controllers. */
  readonly commands: CommandDesk;
  /** Tells that a command of this process' sites has gone on. */
  readonly commandFeed: Pick<CommandFeed, "onShown">;
  /** Sites under maintenance or curtailed. */
  readonly siteFlags: SiteFlags;
  /** What was measured at commissioning. */
  readonly siteBaselines: SiteBaselines;
  /** What this process finds wrong with the platform. */
  readonly selfWatch: Pick<SelfWatch, "active">;
  /** Alarm rules run over history, in this process. */
  readonly backTests: BackTests;
  /** What changes something writes it here first. */
  readonly audit: AuditTrail;
  readonly auditBook: AuditBook;
  readonly settings: SettingsStore;
  readonly idempotency: Idempotency;
  readonly webhooks: Webhooks;
  readonly notifications: Notifications;
  readonly video: {
    readonly board: Pick<StreamBoard, "get" | "onChange">;
    readonly tickets: Pick<Tickets, "issue">;
    readonly recordings: RecordingBook;
    readonly walls: SavedWalls;
    /** Value of `Set-Cookie` that opens `/v/` for a session. */
    cookie(sessionId: string, nowMs: number): { readonly cookie: string; readonly expiresAtMs: number };
  };
  /** The newest version of each. */
  readonly profiles: readonly CompiledProfile[];
  readonly auth: Auth;
  readonly people: People;
  readonly ownAccount: OwnAccount;
  /** Sign-in with an identity provider; absent when none is configured. */
  readonly oidc?: OidcSignIn | null;
  readonly metrics: Metrics;
  readonly loop: LoopMonitor;
  readonly log: Log;
  readonly config: ApiConfig;
  readonly lifecycle: () => Lifecycle;
  /** How the platform stands to Redis; `in_process` without one. */
  readonly redis: () => "in_process" | "connected" | "unreachable";
  /** Who a request comes from, by its socket's peer and its `X-Forwarded-For`; the peer itself when absent. */
  readonly clientAddress?: ClientAddress;
  /** Milliseconds since the Unix epoch; the machine's clock when absent. */
  readonly clock?: () => number;
  readonly limits?: Partial<LiveLimits>;
  /** Requests of one user in the long run; a usual number when absent. */
  readonly requestsPerS?: number;
};

/** Bounds of `/api/v1/live`. */
export type LiveLimits = {
  readonly maxConnections: number;
  /** A shared login of a control room has a connection per open page. */
  readonly maxConnectionsPerUser: number;
};
