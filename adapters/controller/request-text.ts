import type { PollRequest } from "../../domain/collection/poll-site.ts";

/** A request line holds visible ASCII only: a line break in a path would be a second request. */
const VISIBLE = /^[\x21-\x7e]+$/;
const END_KEPT = "\r\nconnection: keep-alive\r\naccept-encoding: identity\r\n\r\n";
const END_CLOSED = "\r\nconnection: close\r\naccept-encoding: identity\r\n\r\n";

/** What stands in front of the authority, which is all in which the same request to two controllers differs. */
const starts = new WeakMap<PollRequest, string>();

/**
 * A request that asks plainly: identity encoding, and nothing that could tell who asks.
 *
 * @param authority host and port as in the URL
 * @throws {Error} on a method or a path that would be more than one request
 */
export function requestText(request: PollRequest, authority: string, keepAlive: boolean): string {
  let start = starts.get(request);
  if (start === undefined) {
    start = startOf(request);
    starts.set(request, start);
  }
  return start + authority + (keepAlive ? END_KEPT : END_CLOSED);
}

function startOf({ method, path }: PollRequest): string {
  if (!VISIBLE.test(method) || !path.startsWith("/") || !VISIBLE.test(path)) {
    throw new Error(`the path of request ${method} must start with / and hold visible ASCII only`);
  }
  return `${method} ${path} HTTP/1.1\r\nhost: `;
}
