import type { Profile } from "../../domain/profiles/profile.ts";
import type { GatewayFigures } from "../../domain/video/gateway-figures.ts";
import type { StreamHealth } from "../../domain/video/stream-state.ts";
import type { FromRecorder, ToRecorder } from "./recording-protocol.ts";

/** One camera as the gateway is told of it. What stands in here leaves the gateway towards that camera only. */
export type StreamConfig = {
  /** The site's id. */
  readonly id: string;
  /** Without name and password. */
  readonly url: string;
  /** Value of an `Authorization` header for the camera's own origin; null without credentials. */
  readonly authorization: string | null;
};

/** Where everything of the plant is: what one stream may reach depends on what else is there. */
export type PlantPlan = {
  readonly sites: readonly {
    readonly id: string;
    readonly controllerUrl: string;
    readonly cameraUrl: string | null;
    readonly cameraQueries: boolean;
    readonly profileId: string;
  }[];
  readonly profiles: Readonly<Record<string, Pick<Profile, "requests" | "commands">>>;
  /** Ports of our own services, which no rule opens. */
  readonly ownPorts: readonly number[];
};

/** What the flow's node says. Bandwidths in kbit/s, 0 = no limit. */
export type GatewaySettings = {
  readonly perViewerKbps: number;
  readonly perStreamKbps: number;
  readonly totalKbps: number;
  /** Streams that are watched at once: by one session, of one stream, in all. */
  readonly maxPerSession: number;
  readonly maxPerStream: number;
  readonly maxSessions: number;
  /** A camera that nobody looks at is asked for its playlist this often, seconds; 0 = never. */
  readonly probeS: number;
  /** What FFmpeg may make, such as `240p, 720p`; empty = nothing. */
  readonly renditions: string;
  /** Processes of FFmpeg at once, for renditions and for small pictures. */
  readonly maxTranscodes: number;
  readonly maxJpegs: number;
};

export const DEFAULT_GATEWAY_SETTINGS: GatewaySettings = {
  perViewerKbps: 0,
  perStreamKbps: 0,
  totalKbps: 0,
  maxPerSession: 200,
  maxPerStream: 200,
  maxSessions: 5_000,
  probeS: 60,
  // For the full player of a camera whose video browsers do not play; nothing is transcoded for the others.
  renditions: "720p",
  maxTranscodes: 2,
  maxJpegs: 16,
};

/** What a session may see: the ids of streams, or all of them; null = nothing. */
export type SessionRights = {
  readonly sessionId: string;
  readonly live: readonly string[] | "all" | null;
  readonly record: readonly string[] | "all" | null;
};

export type StreamReport = {
  readonly id: string;
  readonly health: StreamHealth;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly bitrateKbps: number | null;
  /** When it was last looked at, milliseconds since the Unix epoch; null = never. */
  readonly lookedAtMs: number | null;
};

export type Viewer = { readonly sessionId: string; readonly streamId: string; readonly sinceMs: number };

export type ToGateway =
  | ToRecorder
  | {
      readonly type: "configure";
      /** null: no flow asks for video, and nothing is served. */
      readonly settings: GatewaySettings | null;
    }
  | { readonly type: "streams"; readonly streams: readonly StreamConfig[]; readonly plant: PlantPlan }
  /** Answers to `ask`. A session that is not among them could not be asked about: its last rights stand. */
  | { readonly type: "rights"; readonly rights: readonly SessionRights[] };

export type FromGateway =
  | FromRecorder
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "ask"; readonly sessionIds: readonly string[] }
  | { readonly type: "reports"; readonly reports: readonly StreamReport[] }
  | { readonly type: "figures"; readonly figures: GatewayFigures; readonly viewers: readonly Viewer[] }
  | {
      readonly type: "log";
      readonly level: "info" | "warn" | "error";
      readonly facts: Readonly<Record<string, unknown>>;
      readonly text: string;
    };

/** What the gateway needs before it can begin, by its environment: it is a process that holds no other secret. */
export type GatewayStart = {
  /** HMAC keys of the tickets, base64: the present one, and the one before while a rotation is under way. */
  readonly ticketKeys: readonly string[];
  /** HMAC key of the addresses that stand for URLs of cameras, base64: the same after a restart, so that players go on. */
  readonly addressKey: string;
  readonly isSecure: boolean;
  /** Where it listens beside its own loopback port; null = nowhere. */
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
    /** How many connections one address may have open; `unlimited`: addresses and blocks that are not counted. */
    readonly connections: { readonly perAddress: number; readonly unlimited: readonly string[] };
  } | null;
  readonly cacheBytes: number;
  /** FFmpeg, if there is one: its path, null = the first in `PATH`; and where is written down which processes of it run. */
  readonly ffmpeg: {
    readonly path: string | null;
    readonly folder: string;
    /** A process goes on for so long after its last viewer. */
    readonly idleMs: number;
  };
  /** Where recordings lie, and how much room has to be left beside them. */
  readonly recordings: {
    readonly folder: string;
    readonly leastFreeBytes: number;
    /** They are moved to an object store from there; absent: they stay. */
    readonly isSpool?: boolean;
  };
};
