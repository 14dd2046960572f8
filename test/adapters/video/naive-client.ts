import http, { type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { MANY_BYTES, type Suffered } from "./hostile-answers.ts";

/**
 * Reads what a camera sends as a client does that trusts it: follows redirects, inflates, and has no limit. It is watched for
 * a while only.
 *
 * @param forMs how long
 */
export function suffer(url: string, forMs: number): Promise<Suffered> {
  const beganMs = performance.now();
  return new Promise((resolve) => {
    let bytes = 0;
    const tell = (isOver: boolean): void => {
      clearTimeout(timer);
      request.destroy();
      resolve({ bytes, isOver, ms: performance.now() - beganMs });
    };
    const timer = setTimeout(() => tell(false), forMs);
    const read = (answer: IncomingMessage): void => {
      const { location } = answer.headers;
      if (location !== undefined) {
        request = open(location, read);
        return;
      }
      const body: Readable = answer.headers["content-encoding"] === "gzip" ? answer.pipe(createGunzip()) : answer;
      body.on("error", () => tell(true));
      body.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes >= MANY_BYTES) tell(false);
      });
      body.on("end", () => tell(true));
    };
    let request = open(url, read);
  });
}

function open(url: string, read: (answer: IncomingMessage) => void): http.ClientRequest {
  return http.get(url, { agent: false, maxHeaderSize: 1_048_576 }, read).on("error", () => undefined);
}
