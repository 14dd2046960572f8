import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpClient } from "../../../adapters/controller/http-client.ts";

const BODY = '{"ok":true}';
const REPLY = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const REQUEST = { name: "state", method: "GET", path: "/state", timeoutMs: 2000, isRequired: true };
const ADAPTER = new URL("../../../adapters/controller/http-client.ts", import.meta.url).href;

let folder: string;
let certFile: string;
let server: tls.Server;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "line-tls-"));
  certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const names = ["-subj", "/CN=controller", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", keyFile, "-out", certFile];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...key, "-days", "2", ...names, ...files], { stdio: "ignore" });
  server = tls.createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () => socket.write(REPLY));
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test("a certificate that nobody vouches for: unreachable, and no socket left", async () => {
  const http = createHttpClient();
  const line = http.lineTo(url);
  expect(await line.send(REQUEST, 2000)).toEqual({ ok: false, cause: "unreachable", status: null });
  line.close();
  await expect.poll(() => http.openSockets).toBe(0);
});

test("plain HTTP where TLS was asked for: not_http", async () => {
  const http = createHttpClient();
  const plain = net.createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.write(REPLY));
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  const line = http.lineTo(`https://127.0.0.1:${(plain.address() as AddressInfo).port}`);
  expect(await line.send(REQUEST, 2000)).toMatchObject({ ok: false, cause: "not_http" });
  line.close();
  await new Promise((resolve) => plain.close(resolve));
});

/** Node reads NODE_EXTRA_CA_CERTS once, at its start: hence a process of its own. */
test("a certificate that NODE_EXTRA_CA_CERTS vouches for: two polls over one kept connection", async () => {
  const script = `
    import { createHttpClient } from ${JSON.stringify(ADAPTER)};
    const http = createHttpClient();
    const line = http.lineTo(${JSON.stringify(url)});
    const request = ${JSON.stringify(REQUEST)};
    const results = [await line.send(request, 5000), await line.send(request, 5000)];
    console.log(JSON.stringify({ json: results.map((result) => result.json ?? result.cause), open: http.openSockets }));
    line.close();`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certFile };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env });
  expect(JSON.parse(stdout)).toEqual({ json: [{ ok: true }, { ok: true }], open: 1 });
});
