import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tellPlatform } from "../../../adapters/video/gateway/tell-platform.ts";
import type { FromGateway } from "../../../adapters/video/gateway-protocol.ts";

/**
 * `platform <way> <file>` starts the gateway and is killed as soon as that runs. The gateway speaks to it once it has gone,
 * by `tellPlatform` or by a plain `send`, and writes into the file what came to it.
 */
const [role = "", way = "", file = ""] = process.argv.slice(2);
const MESSAGE: FromGateway = { type: "log", level: "info", facts: {}, text: "nobody hears this" };

if (role === "platform") {
  fork(import.meta.filename, ["gateway", way, file]).once("message", () => process.kill(process.pid, "SIGKILL"));
} else {
  const came = (text: string) => {
    writeFileSync(file, text);
    process.exit(0);
  };
  process.once("uncaughtException", (error) => came(`uncaught ${(error as NodeJS.ErrnoException).code}`));
  process.once("disconnect", () => came("disconnect"));
  const platform = process.ppid;
  process.send?.("here");
  // Nothing is heard of its end meanwhile: the channel is looked at only when this is over.
  while (process.ppid === platform);
  if (way === "ours") tellPlatform(MESSAGE);
  else process.send?.(MESSAGE);
}
