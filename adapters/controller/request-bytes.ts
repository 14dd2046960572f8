import type { PollRequest } from "../../domain/collection/poll-site.ts";

/** A request line holds visible ASCII only: a line break in a path would be a second request. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** Makes the bytes of each request of one controller, once per request and connection option. */
export type RequestBytes = (request: PollRequest, keepAlive: boolean) => string;

/**
 * Requests that ask plainly: identity encoding, and nothing that could tell who asks.
 *
 * @param authority host and port as in the URL
 */
export function createRequestBytes(authority: string): RequestBytes {
  const kept = new Map<PollRequest, string>();
  let isForKeepAlive = true;
  return (request, keepAlive) => {
    if (keepAlive !== isForKeepAlive) kept.clear();
    isForKeepAlive = keepAlive;
    let text = kept.get(request);
    if (text === undefined) {
      text = requestText(request, authority, keepAlive);
      kept.set(request, text);
    }
    return text;
  };
}

function requestText({ method, path }: PollRequest, authority: string, keepAlive: boolean): string {
  if (!VISIBLE.test(method) || !path.startsWith("/") || !VISIBLE.test(path)) {
    throw new Error(`the path of request ${method} must start with / and hold visible ASCII only`);
  }
  const connection = keepAlive ? "keep-alive" : "close";
  return `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\nconnection: ${connection}\r\naccept-encoding: identity\r\n\r\n`;
}
