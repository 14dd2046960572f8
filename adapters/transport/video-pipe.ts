import http, { type IncomingMessage, type ServerResponse } from "node:http";

const VIDEO_PREFIX = "/v/";

/** Hands a request for video on to the gateway's process. @returns false when it is none */
export type VideoPipe = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Of a request the gateway needs these, and of an answer nothing is left out: both are ours. */
const PASSED_ON = ["cookie", "range"] as const;

/**
 * The gateway behind the platform's own port, for an installation without an edge that sends `/v/` to it. What a viewer
 * does not take, the gateway does not send.
 *
 * @param port of the gateway on this machine; null while it is not there
 */
export function createVideoPipe(port: () => number | null): VideoPipe {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 64 });

  return (request, response) => {
    if (!request.url?.startsWith(VIDEO_PREFIX)) return false;
    const at = port();
    if (at === null) {
      sayUnavailable(response);
      return true;
    }
    const headers = Object.fromEntries(PASSED_ON.flatMap((name) => headerOf(request, name)));
    const onward = http.request({
      agent,
      host: "127.0.0.1",
      port: at,
      method: request.method,
      path: request.url,
      headers,
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      // What breaks off behind breaks off in front: a short segment must not look whole.
      answer.on("aborted", () => response.destroy());
    });
    onward.on("error", () => {
      if (response.headersSent) response.destroy();
      else sayUnavailable(response);
    });
    response.on("close", () => onward.destroy());
    onward.end();
    return true;
  };
}

function headerOf(request: IncomingMessage, name: (typeof PASSED_ON)[number]): [string, string][] {
  const value = request.headers[name];
  return typeof value === "string" ? [[name, value]] : [];
}

function sayUnavailable(response: ServerResponse): void {
  const code = "gateway_unavailable";
  const body = JSON.stringify({ type: "about:blank", title: "gateway unavailable", status: 503, code });
  response.writeHead(503, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "retry-after": "2",
  });
  response.end(body);
}
