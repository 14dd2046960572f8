import type { AlarmDesk } from "../../adapters/alarms/alarm-desk.ts";
import type { CommandAlarms } from "../../adapters/commands/command-alarms.ts";
import type { CommandFeed } from "../../adapters/commands/command-feed.ts";
import type { CommandSender } from "../../adapters/commands/command-sender.ts";
import type { Collector } from "../../adapters/controller/collector.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { DerivedMemory } from "../../adapters/database/derived-memory.ts";
import type { HistoryStore } from "../../adapters/database/history/create-history-store.ts";
import type { SnapshotWriter } from "../../adapters/database/writer.ts";
import type { Inventory } from "../../adapters/inventory/inventory.ts";
import type { Journal } from "../../adapters/journal/journal.ts";
import type { Replayer } from "../../adapters/journal/replayer.ts";
import type { LiveState } from "../../adapters/live/live-state.ts";
import type { Notifications } from "../../adapters/notification/create-notifications.ts";
import type { SelfWatch } from "../../adapters/self-watch/self-watch.ts";
import type { GatewayControl } from "../../adapters/video/gateway-control.ts";
import type { Marks } from "../../adapters/video/recording-marks.ts";
import type { StreamBoard } from "../../adapters/video/stream-board.ts";
import type { VideoWiring } from "../../adapters/video/video-wiring.ts";
import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";

/** The services that the nodes use. They live as long as the process; nodes come and go with each deploy. */
export type Platform = {
  readonly collector: Collector;
  /** False in a process that collects nothing: others do. Absent = true. */
  readonly pollsHere?: boolean;
  readonly replayer: Replayer;
  readonly writer: SnapshotWriter;
  readonly journal: Journal;
  readonly liveState: LiveState;
  readonly database: Database;
  readonly derivedMemory: Pick<DerivedMemory, "extend">;
  readonly inventory: Inventory;
  readonly alarms: AlarmDesk;
  /** Telling people of alarms. */
  readonly notifications: Pick<Notifications, "take" | "attach" | "stats">;
  /** Sends the commands of this process' sites; null where other processes send them. */
  readonly commandSender: CommandSender | null;
  /** Commands for the screens. */
  readonly commandFeed: CommandFeed;
  /** Alarms about commands without effect. */
  readonly commandAlarms: Pick<CommandAlarms, "onFound">;
  /** The cameras, what flows ask of the gateway, and the gateway where it runs in this process. */
  readonly video: {
    readonly board: Pick<StreamBoard, "get" | "onChange">;
    readonly wiring: Pick<VideoWiring, "ask" | "record">;
    readonly marks: Marks;
    readonly gateway: Pick<GatewayControl, "figures" | "viewers" | "recording"> | null;
  };
  /** What the platform finds wrong with itself. */
  readonly selfWatch: Pick<SelfWatch, "onFound" | "active" | "endings">;
  /** Where files of rules are, beside the flows. */
  readonly rulesFolder: string;
  readonly storage: { readonly history: HistoryStore };
  /** By `id` (newest version) or by `id@version`. */
  readonly profileOf: (idOrTag: string) => CompiledProfile | undefined;
  /** Default polling interval, seconds. */
  readonly pollIntervalS: number;
};

let current: Platform | undefined;

/** Called once by the composition root, and by tests. */
export function setPlatform(platform: Platform | undefined): void {
  current = platform;
}

/** @throws {Error} when the process runs Node-RED without the platform's services */
export function platform(): Platform {
  if (!current) throw new Error("the platform's services are not started: run dist/server.js, not node-red alone");
  return current;
}

/** For the editor's form, which must open without them too. */
export function platformIfStarted(): Platform | undefined {
  return current;
}
