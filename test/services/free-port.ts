import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Linux takes the local end of every outgoing connection from 32768 up, others from 49152
 * (https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range). A port from there that a server gives up when
 * it restarts may be such an end by the time it wants it again.
 */
const [FIRST, AFTER_LAST] = [12_000, 32_768];
const TRIES = 50;

/** A port of 127.0.0.1 that nobody listens on right now, and that no outgoing connection will take. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(FIRST, AFTER_LAST);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports between ${FIRST} and ${AFTER_LAST - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
