import type { Page } from "playwright-core";

/** Everything that reached a browser: HTTP bodies and headers, and WebSocket frames both ways. */
export type Traffic = {
  bytes(): Promise<number>;
  /** Addresses that only the platform may know, each with where it was found. */
  privateAddresses(): Promise<string[]>;
};

/** The fleet's plan, and what the simulator stands on; the platform's own address is `127.0.0.1` with its port. */
const PRIVATE = /\b(?:10|172\.(?:1[6-9]|2\d|3[01])|192\.168|127\.1)\.\d{1,3}(?:\.\d{1,3}){1,2}\b|127\.0\.0\.1:(\d+)/g;
/**
 * Dashboard's own script mentions addresses in library code, and versions of packages look like addresses; what is built
 * once cannot hold a site's.
 */
const BUILT = /\/assets\/|\/resources\/|\/login\/|\/api\/v1\/about$/;

export function watchTraffic(page: Page): Traffic {
  const texts: Promise<{ where: string; text: string }>[] = [];
  const keep = (where: string, text: string): void => {
    texts.push(Promise.resolve({ where, text }));
  };
  page.on("response", (response) => {
    const where = response.url();
    const body = response.text().catch(() => "");
    // Of a page that is left meanwhile the browser tells no more than what came first.
    const all = response.allHeaders().catch(() => response.headers());
    texts.push(
      Promise.all([body, all]).then(([text, headers]) => ({
        where,
        text: text + JSON.stringify(headers),
      })),
    );
  });
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => keep(socket.url(), String(payload)));
    socket.on("framesent", ({ payload }) => keep(socket.url(), String(payload)));
  });
  return {
    bytes: async () => (await Promise.all(texts)).reduce((sum, { text }) => sum + text.length, 0),
    async privateAddresses() {
      const all = await Promise.all(texts);
      return all.filter(({ where }) => !BUILT.test(where)).flatMap(({ where, text }) => addressesIn(where, text));
    },
  };
}

function addressesIn(where: string, text: string): string[] {
  const own = new URL(where).port;
  return [...text.matchAll(PRIVATE)]
    .filter(([, port]) => port === undefined || port !== own)
    .map(([address]) => `${address} in ${new URL(where).pathname}`);
}
