import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api.close());

/** Sends bytes on a connection of their own. @returns all that comes back until the server closes it */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(api.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", (error) => (answer ? resolve(answer) : reject(error)));
  });
}

const authorization = () => `authorization: Bearer ${api.token("engineer")}\r\n`;
const PATH = "/api/v1/profiles/bitmain-antbox-hk3/try";
/** A request behind the first one's body, for a server that finds another end of that body than the proxy before it. */
const HIDDEN = "GET /api/v1/nothing-here HTTP/1.1\r\nhost: x\r\n\r\n";

test("TRACE is not allowed, and nothing of the request comes back", async () => {
  const request = `TRACE /api/v1/points HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${authorization()}x-canary: seen\r\n\r\n`;
  const answer = await sendRaw(request);
  expect(answer).toMatch(/^HTTP\/1.1 405 /);
  expect(answer).not.toContain("canary");
});

test("the same request with one length is answered, and so is the one behind it", async () => {
  const last = HIDDEN.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
  const answer = await sendRaw(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${authorization()}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}${last}`,
  );
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toHaveLength(2);
});

test.for([
  ["a length and chunks", `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ["chunks and a length", `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ["two lengths", `content-length: 2\r\ncontent-length: ${HIDDEN.length}\r\n\r\n{}${HIDDEN}`],
  ["a length that is no number", `content-length: +2\r\n\r\n{}${HIDDEN}`],
  ["a blank before the colon", `content-length : 2\r\n\r\n{}${HIDDEN}`],
  ["a chunk whose size is no number", `transfer-encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n${HIDDEN}`],
])("a request with %s is refused, and nothing behind it is looked at", async ([, rest]) => {
  const answer = await sendRaw(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${authorization()}content-type: application/json\r\n${rest}`,
  );
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400"]);
});

test.for(["/api/v1/sites?limit=1&limit=2", "/api/v1/sites?limit=1&%6cimit=2"])(
  "a parameter that is there twice is refused: %s",
  async (path) => {
    const { status, json } = await api.call(path, { role: "viewer" });
    expect([status, json]).toMatchObject([400, { code: "request.invalid" }]);
  },
);

test.for(["access_token", "token", "authorization", "antbox_access", "jwt"])(
  "a token in an address opens nothing: %s",
  async (name) => {
    const token = api.token("admin");
    expect((await api.call("/api/v1/points", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect((await api.call(`/api/v1/points?${name}=${token}`)).status).toBe(401);
  },
);
