import { createServer } from "node:http";
import { Server } from "socket.io";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import { createLive } from "../../api/live.ts";
import { encodeDeltaBody, stampDelta } from "../../domain/live/encode-frame.ts";
import { OVERVIEW_POINTS } from "../../domain/live/live-frame.ts";
import { idleVideo } from "../../test/services/idle-video.ts";
import { createRounds, fleetOf } from "./fleet-snapshots.ts";
import { watchLoop } from "./loop-blocks.ts";
import { NO_ALARMS } from "./no-alarms.ts";
import { NO_COMMANDS } from "./no-commands.ts";
import { answerParent } from "./pinned-child.ts";

/** The server under measurement: `ours` or `socketio`. Questions: listen, round, cost. */
const kind = process.argv[2];
const sites = fleetOf(150);
const roundOf = createRounds(sites);
const inventory = {
  versionOf: () => 0,
  managedBy: () => null,
  change: async () => false,
  get: (siteId: string) => sites.find(({ id }) => id === siteId),
  all: () => sites,
  numberOf: () => undefined,
  onChange: () => () => undefined,
};
const server = createServer();
/** Makes a round's snapshots, and gives what sends them: making them is not what is measured. */
let prepareRound: (round: number) => () => void;

if (kind === "ours") {
  const liveState = createLiveState({ inventory, coalesceMs: 1 });
  const session = {
    username: "bench",
    role: "viewer" as const,
    scope: null,
    grants: null,
    mustChangePassword: false,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    sessionId: "s",
    via: "bearer" as const,
  };
  const live = createLive(
    {
      inventory,
      liveState,
      alarms: NO_ALARMS,
      ...NO_COMMANDS,
      video: idleVideo(),
      config: { pollIntervalS: 60 },
      limits: { maxConnections: 20_000, maxConnectionsPerUser: 20_000 },
      auth: {
        sessionOf: () => session,
        confirm: async () => session,
        onSessionEnd: () => () => undefined,
        isOwnOrigin: () => true,
      },
      metrics: {
        contentType: "",
        text: async () => "",
        countRequest: () => undefined,
        setLiveClients: () => undefined,
        setLiveChannels: () => undefined,
        addLiveBytes: () => undefined,
        stop: () => undefined,
      },
    },
    Date.now,
  );
  server.on("upgrade", (request, socket, head) => live.handleUpgrade(request, socket, head));
  prepareRound = (round) => {
    const snapshots = roundOf(round);
    return () => {
      for (const snapshot of snapshots) liveState.apply(snapshot);
    };
  };
} else {
  const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
  const layout = { epoch: "e", view: "overview" as const, sites: sites.map(({ id }) => id), points: OVERVIEW_POINTS };
  const everySite = sites.map((_, place) => place);
  prepareRound = (round) => {
    // The same object that our frame holds: socket.io makes its own text of it, once per broadcast.
    const text = stampDelta(encodeDeltaBody(layout, round, everySite, roundOf(round)), new Date().toISOString());
    const payload = JSON.parse(text);
    return () => io.emit("round", payload);
  };
}

const blocks = watchLoop();
let cpuBefore = process.cpuUsage();

answerParent(async ({ type, round }) => {
  if (type === "listen") {
    await new Promise<void>((resolve) => {
      server.listen({ port: 0, host: "127.0.0.1", backlog: 8192 }, resolve);
    });
    const address = server.address();
    return { port: typeof address === "object" && address ? address.port : 0 };
  }
  if (type === "round") {
    const send = prepareRound(Number(round));
    blocks.reset();
    // The round begins in a turn of its own, or its first turn would not be seen.
    await new Promise((resolve) => setTimeout(resolve, 10));
    cpuBefore = process.cpuUsage();
    const startedAtMs = performance.timeOrigin + performance.now();
    send();
    return { startedAtMs };
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUs: user + system, block: blocks.longest(), maxRssMb: process.resourceUsage().maxRSS / 1024 };
});
