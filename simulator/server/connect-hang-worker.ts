import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** Listens with the smallest backlog and then sleeps: nobody accepts, so the queue fills and further handshakes never end. */
type Task = { readonly addresses: readonly { host: string; port: number }[]; readonly wake: Int32Array };
const { addresses, wake } = workerData as Task;

const servers = await Promise.all(
  addresses.map(
    ({ host, port }) =>
      new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
        const server = createServer((socket) => socket.on("error", () => socket.destroy()));
        server.once("error", reject);
        server.listen({ host, port, backlog: 1, reusePort: true, exclusive: true }, () => resolve(server));
      }),
  ),
);
parentPort?.postMessage("listening");
Atomics.wait(wake, 0, 0);
for (const server of servers) server.close();
process.exit(0);
