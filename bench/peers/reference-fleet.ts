/**
 * The bench's own fleet, for when the generator must be far stronger than any client: one event loop over raw sockets,
 * replies made once, the site told by the destination address (127.1.x.y). It speaks dialect A and counts what it served.
 *
 * Started with `node bench/peers/reference-fleet.ts --port 23210 --latency 20-80`; a parent talks to it by IPC:
 * `{modes: {siteIndex: mode}}` switches sites, `{ask: "counts"}` answers the counts.
 */
import net from "node:net";
import { parseArgs } from "node:util";
import { coolerStateReply, httpReply, minerInfoReply } from "./dialect-a-replies.ts";
import { answerBadly, type FaultMode } from "./fault-answers.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "23210" }, latency: { type: "string", default: "20-80" } },
});
const [fromMs = 20, toMs = 80] = values.latency.split("-").map(Number);
const modes = new Map<number, FaultMode>();
const counts = { connections: 0, requests: 0, served: 0, faulty: 0 };
const REPLIES = Array.from({ length: 64 }, (_, i) => ({
  coolerState: httpReply(coolerStateReply(i)),
  minerInfo: httpReply(minerInfoReply(i)),
}));

const server = net.createServer({ noDelay: true }, (socket) => {
  const index = siteIndexOf(socket.localAddress);
  if (index === null) {
    socket.destroy();
    return;
  }
  counts.connections += 1;
  let head = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    head += chunk.toString("latin1");
    for (let end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
      answer(socket, index, head.slice(0, head.indexOf("\r\n")));
      head = head.slice(end + 4);
    }
  });
});

function answer(socket: net.Socket, index: number, requestLine: string): void {
  counts.requests += 1;
  const mode = modes.get(index);
  if (mode !== undefined) {
    counts.faulty += 1;
    answerBadly(socket, mode);
    return;
  }
  const replies = REPLIES[(index + counts.requests) % REPLIES.length];
  const reply = requestLine.includes("minerInfo") ? replies?.minerInfo : replies?.coolerState;
  const delayMs = fromMs + Math.random() * (toMs - fromMs);
  const send = (): void => {
    if (socket.destroyed || reply === undefined) return;
    socket.write(reply);
    counts.served += 1;
  };
  if (delayMs < 1) send();
  else setTimeout(send, delayMs);
}

/** 127.1.x.y is site x · 256 + y (+ 65,536 for 127.2 and so on); anything that is not loopback gets no answer. */
function siteIndexOf(address: string | undefined): number | null {
  const [a, b, c, d] = (address ?? "").replace("::ffff:", "").split(".").map(Number);
  if (a !== 127 || b === undefined || c === undefined || d === undefined) return null;
  return (b - 1) * 65_536 + c * 256 + d;
}

type Order = { modes?: Record<string, FaultMode | "ok">; ask?: "counts" };
process.on("message", (order: Order) => {
  for (const [index, mode] of Object.entries(order.modes ?? {})) {
    if (mode === "ok") modes.delete(Number(index));
    else modes.set(Number(index), mode);
  }
  if (order.ask === "counts") process.send?.({ counts, cpu: process.cpuUsage() });
});
process.on("disconnect", () => process.exit(0));
server.listen({ port: Number(values.port), host: "0.0.0.0", backlog: 4096 }, () => process.send?.({ isReady: true }));
