import { createDiskStore } from "./adapters/objects/disk-store.ts";
import { openUrl } from "./adapters/objects/open-url.ts";
import { createGateway } from "./adapters/video/gateway/create-gateway.ts";
import { tellPlatform } from "./adapters/video/gateway/tell-platform.ts";
import type { GatewayStart, ToGateway } from "./adapters/video/gateway-protocol.ts";
import type { Log } from "./domain/log.ts";
import { listen } from "./video-listen.ts";

/**
 * The gateway's process: the only one that talks to cameras, and the only one that video passes through. It holds no
 * database, no secret but the keys of the tickets, and no flow; what it may do it is told by the platform, which has
 * started it. The first message says how to begin.
 */
process.once("message", (start: GatewayStart) => void run(start));
// Whoever has started it is gone: nobody says any more what may be seen.
process.on("disconnect", () => end());
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end());
/** What is being written to the disk is finished; whoever has started this process waits two seconds. */
const END_MS = 1_500;
let close = async (): Promise<void> => undefined;

function end(): void {
  setTimeout(() => process.exit(0), END_MS);
  void close().finally(() => process.exit(0));
}

async function run(start: GatewayStart): Promise<void> {
  const lineOf = (level: "info" | "warn" | "error") => (facts: Readonly<Record<string, unknown>>, text: string) =>
    tellPlatform({ type: "log", level, facts, text });
  const log: Log = { info: lineOf("info"), warn: lineOf("warn"), error: lineOf("error") };
  const { folder, isSpool } = start.recordings;
  const gateway = createGateway(start, createDiskStore(folder), tellPlatform, isSpool ? openUrl : null);
  close = gateway.close;
  process.on("message", (message: ToGateway) => gateway.take(message));
  try {
    tellPlatform({ type: "listening", port: await listen(start, gateway.handle, log) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ reason }, "the video gateway cannot listen");
    process.exitCode = 1;
    process.disconnect();
  }
}
