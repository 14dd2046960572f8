import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { THIS_MACHINE } from "../../adapters/transport/connection-limit.ts";
import { DEFAULT_GATEWAY_SETTINGS, type FromGateway, type PlantPlan } from "../../adapters/video/gateway-protocol.ts";
import { superviseGateway } from "../../adapters/video/gateway-supervisor.ts";
import { createTickets } from "../../adapters/video/tickets.ts";
import { PROFILES } from "../../domain/profiles/index.ts";
import { freePort } from "../../test/services/free-port.ts";
import { answerParent } from "../web-load/pinned-child.ts";

/**
 * The platform's part for one gateway: starts its process as the platform does, names the streams, and lets every session
 * see all of them. It is pinned, and so is the gateway that it starts. Questions: `start`; `tickets`, one per viewer.
 */
export type HostStart = {
  readonly streams: readonly { readonly id: string; readonly url: string }[];
  readonly folder: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string };
};
export type HostPorts = { readonly pid: number; readonly port: number; readonly tlsPort: number };

const CACHE_BYTES = 256 * 1024 * 1024;
const ticketKey = randomBytes(32);
const tickets = createTickets([ticketKey]);

async function start({ streams, folder, tls }: HostStart): Promise<HostPorts> {
  const tlsPort = await freePort();
  const gateway = superviseGateway({
    program: path.resolve(import.meta.dirname, "../../video-gateway.ts"),
    start: {
      ticketKeys: [ticketKey.toString("base64")],
      addressKey: randomBytes(32).toString("base64"),
      isSecure: true,
      listen: {
        host: "127.0.0.1",
        port: tlsPort,
        tls,
        // All viewers come from this machine.
        connections: { perAddress: 1, unlimited: THIS_MACHINE },
      },
      cacheBytes: CACHE_BYTES,
      ffmpeg: { path: null, folder: path.join(folder, "ffmpeg"), idleMs: 30_000 },
      recordings: { folder: path.join(folder, "recordings"), leastFreeBytes: 0 },
    },
    onMessage: answer,
    onStart: () =>
      setImmediate(() => {
        const configs = streams.map(({ id, url }) => ({ id, url, authorization: null }));
        gateway.send({ type: "streams", streams: configs, plant: planOf(streams) });
        gateway.send({ type: "configure", settings: { ...DEFAULT_GATEWAY_SETTINGS, probeS: 0 } });
      }),
    log: { info: () => undefined, warn: say, error: say },
  });

  function answer(message: FromGateway): void {
    if (message.type !== "ask") return;
    const rights = message.sessionIds.map((sessionId) => ({ sessionId, live: "all" as const, record: null }));
    gateway.send({ type: "rights", rights });
  }

  for (;;) {
    const port = gateway.port();
    if (port !== null) return { pid: childOf(process.pid), port, tlsPort };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function say(facts: object, text: string): void {
  console.error(`gateway: ${text}`, facts);
}

function planOf(streams: HostStart["streams"]): PlantPlan {
  const [profile] = PROFILES;
  return {
    sites: streams.map(({ id, url }) => ({
      id,
      cameraUrl: url,
      cameraQueries: false,
      controllerUrl: "http://192.0.2.1",
      profileId: "hk3",
    })),
    profiles: profile ? { hk3: { requests: profile.requests, commands: profile.commands } } : {},
    ownPorts: [],
  };
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}

answerParent(async (question) => {
  if (question["type"] === "start") return start(question["start"] as HostStart);
  const wanted = question["viewers"] as readonly { readonly streamId: string; readonly sessionId: string }[];
  return wanted.map(({ streamId, sessionId }) => tickets.issue(streamId, "live", sessionId, Date.now()).text);
});
