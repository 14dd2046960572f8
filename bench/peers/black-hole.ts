import net from "node:net";
import { Worker } from "node:worker_threads";

/** Node takes a backlog of 0 for its default of 511, so 1 it is; the kernel then keeps two and drops every further SYN. */
const BLOCKED_LISTENER = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;

/** An address whose handshake never completes: a listener whose thread stands still, with its backlog filled. */
export async function startBlackHole(): Promise<{ readonly url: string; close(): Promise<unknown> }> {
  const worker = new Worker(BLOCKED_LISTENER, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const fillers = Array.from({ length: 8 }, () =>
    net.connect({ port, host: "127.0.0.1" }).on("error", () => undefined),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const socket of fillers) socket.destroy();
      return worker.terminate();
    },
  };
}
