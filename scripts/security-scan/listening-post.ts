import { once } from "node:events";
import { createServer } from "node:http";

/** What a scanner tries to make the platform ask for; on loopback, so that a scan needs nobody outside. */
export type ListeningPost = {
  readonly url: string;
  /** Addresses that somebody other than the scanner asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
};

/** The scanner looks whether it is there, and asks at the end what it has heard: this scan reads that itself. */
const OF_THE_SCANNER = /^\/($|get_\w+\.php)/;

export async function openListeningPost(): Promise<ListeningPost> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "/";
    if (!OF_THE_SCANNER.test(url)) asked.push(url);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the listening post has no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
