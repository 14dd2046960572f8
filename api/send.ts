import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Problem } from "./problem.ts";
import { chooseEncoding, compress, isSame, type Representation } from "./representation.ts";
import type { Reply } from "./route.ts";

type Headers = Readonly<Record<string, string | number | string[]>>;

export const JSON_TYPE = "application/json; charset=utf-8";
const NOTHING_FROM_ANYWHERE = "default-src 'none'; frame-ancestors 'none'";
/** Our own pages: no inline script or style, nothing from elsewhere, in no frame. */
const OWN_PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Writes answers; made once per API. The server adds the headers that every answer has. */
export function createSender() {
  /** A short text goes out with the headers in one piece, a buffer in a second one: texts stay texts until here. */
  function end(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    own: Headers,
    body: Buffer | string | readonly Buffer[],
  ) {
    const contentType = String(own["content-type"] ?? "");
    const policy = contentType.startsWith("text/html") ? OWN_PAGE : NOTHING_FROM_ANYWHERE;
    response.writeHead(status, {
      "content-security-policy": policy,
      "cache-control": "no-store",
      "content-length": byteLengthOf(body),
      ...own,
    });
    if (request.method === "HEAD") response.end();
    else if (typeof body === "string" || Buffer.isBuffer(body)) response.end(body);
    else endWith(response, body);
  }

  async function sendParts(
    request: IncomingMessage,
    response: ServerResponse,
    { contentType, parts }: Extract<Reply, { kind: "parts" }>,
  ): Promise<void> {
    const encoding = chooseEncoding(request.headers["accept-encoding"], contentType, byteLengthOf(parts));
    const headers = { "content-type": contentType, vary: "Accept-Encoding" };
    if (encoding === "identity") return end(request, response, 200, headers, parts);
    const body = await compress(Buffer.concat(parts), encoding);
    end(request, response, 200, { ...headers, "content-encoding": encoding }, body);
  }

  async function sendText(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    headers: Headers & { "content-type": string },
    text: string,
  ): Promise<void> {
    const encoding = chooseEncoding(request.headers["accept-encoding"], headers["content-type"], text.length);
    const common = { vary: "Accept-Encoding", ...headers };
    if (encoding === "identity") return end(request, response, status, common, text);
    const body = await compress(Buffer.from(text), encoding);
    end(request, response, status, { ...common, "content-encoding": encoding }, body);
  }

  async function sendRepresentation(
    request: IncomingMessage,
    response: ServerResponse,
    { contentType, cacheControl, tag, identity, encoded }: Representation,
  ): Promise<void> {
    const encoding = chooseEncoding(request.headers["accept-encoding"], contentType, identity.length);
    const etag = encoding === "identity" ? `"${tag}"` : `"${tag}-${encoding}"`;
    const headers = { etag, "cache-control": cacheControl, vary: "Accept-Encoding" };
    if (isSame(request.headers["if-none-match"], tag)) {
      response.writeHead(304, headers);
      response.end();
      return;
    }
    const body = encoding === "identity" ? identity : await encoded(encoding);
    const coded = encoding === "identity" ? {} : { "content-encoding": encoding };
    end(request, response, 200, { ...headers, ...coded, "content-type": contentType }, body);
  }

  async function sendStream(
    request: IncomingMessage,
    response: ServerResponse,
    { contentType, fileName, chunks }: Extract<Reply, { kind: "stream" }>,
  ): Promise<void> {
    const source = Readable.from(chunks, { highWaterMark: 1 });
    response.writeHead(200, {
      "content-security-policy": NOTHING_FROM_ANYWHERE,
      "cache-control": "no-store",
      "content-type": contentType,
      "content-disposition": `attachment; filename="${fileName}"`,
    });
    if (request.method === "HEAD") {
      source.destroy();
      response.end();
      return;
    }
    try {
      await pipeline(source, response);
    } catch (error) {
      // Whoever stops a download is no fault of ours; any other end without the last piece breaks the connection, so that
      // half a file is not taken for a whole one.
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    }
  }

  return {
    /** @param declared the status of success that the row declares */
    async reply(request: IncomingMessage, response: ServerResponse, reply: Reply, declared: number): Promise<void> {
      switch (reply.kind) {
        case "json": {
          const headers = { ...reply.headers, "content-type": JSON_TYPE, ...cookieHeader(reply.cookies) };
          return sendText(request, response, reply.status ?? declared, headers, JSON.stringify(reply.body));
        }
        case "text":
          return sendText(
            request,
            response,
            200,
            { "content-type": reply.contentType, ...cookieHeader(reply.cookies) },
            reply.text,
          );
        case "parts":
          return sendParts(request, response, reply);
        case "representation":
          return sendRepresentation(request, response, reply.representation);
        case "stream":
          return sendStream(request, response, reply);
        case "empty":
          response.writeHead(204, { "cache-control": "no-store", ...cookieHeader(reply.cookies) });
          response.end();
          return;
        case "redirect":
          return end(request, response, 302, { location: reply.location, ...cookieHeader(reply.cookies) }, "");
      }
    },

    redirect(request: IncomingMessage, response: ServerResponse, location: string): void {
      end(request, response, 302, { location }, "");
    },

    problem(request: IncomingMessage, response: ServerResponse, problem: Problem, own: Headers = {}): void {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const headers = {
        ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {}),
        ...(problem.retryAfterS === undefined ? {} : { "retry-after": problem.retryAfterS }),
        // What the client still sends of a body that we refused is not worth reading.
        ...(problem.status === 413 ? { connection: "close" } : {}),
        ...own,
        "content-type": "application/problem+json",
      };
      end(request, response, problem.status, headers, JSON.stringify(problem));
    },
  };
}

function byteLengthOf(body: Buffer | string | readonly Buffer[]): number {
  if (typeof body === "string" || Buffer.isBuffer(body)) return Buffer.byteLength(body);
  return body.reduce((sum, part) => sum + part.length, 0);
}

/** Headers and pieces leave in one write. */
function endWith(response: ServerResponse, parts: readonly Buffer[]): void {
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
}

function cookieHeader(cookies: readonly string[] | undefined): Headers {
  return cookies && cookies.length > 0 ? { "set-cookie": [...cookies] } : {};
}
