import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:https";
import type { AddressInfo } from "node:net";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createServer, type PlatformServer } from "../../../adapters/transport/create-server.ts";
import { certificateRemarks, readTlsFiles } from "../../../adapters/transport/tls-files.ts";
import { makeCertificate, type Pair } from "../../services/certificates.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-tls-"));
const used: Pair = { certFile: path.join(folder, "used.crt"), keyFile: path.join(folder, "used.key") };
const lines: string[] = [];
const log = {
  info: (_: object, text: string) => void lines.push(text),
  warn: (facts: object, text: string) => void lines.push(`${text} ${JSON.stringify(facts)}`),
  error: () => undefined,
};
let first: Pair;
let second: Pair;
let platform: PlatformServer;
let port: number;

function put({ certFile, keyFile }: Pair): void {
  copyFileSync(certFile, used.certFile);
  copyFileSync(keyFile, used.keyFile);
}

beforeAll(async () => {
  first = makeCertificate(folder, "first");
  second = makeCertificate(folder, "second", { key: "rsa:3072", host: "antbox.example" });
  put(first);
  platform = createServer(
    {
      tls: used,
      publicUrl: "https://127.0.0.1",
      connections: { perAddress: 1000, unlimited: blockListOf([]) },
      log,
      checkFilesEveryMs: 50,
    },
    (request, response) => response.end(request.url),
  );
  await new Promise<void>((resolve) => platform.server.listen(0, "127.0.0.1", resolve));
  port = (platform.server.address() as AddressInfo).port;
});
afterAll(async () => {
  platform.stop();
  platform.server.closeAllConnections();
  await new Promise((done) => platform.server.close(done));
  rmSync(folder, { recursive: true });
});

function shake(options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options }, () =>
      resolve(socket),
    );
    socket.on("error", reject);
  });
}
async function servedCertificate(): Promise<string> {
  const socket = await shake();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
const fingerprintOf = ({ certFile, keyFile }: Pair) => readTlsFiles({ certFile, keyFile }).certificate.fingerprint256;

test("answers over TLS with HSTS, and plain HTTP not at all", async () => {
  const agent = new Agent({ ca: readFileSync(first.certFile) });
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/x", agent }, (response) => resolve(response.resume().headers)).on(
      "error",
      reject,
    );
  });
  agent.destroy();
  expect(headers).toMatchObject({ "strict-transport-security": "max-age=31536000; includeSubDomains" });
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

test.for(["TLSv1.2", "TLSv1.3"] as const)("speaks %s, with a suite that has forward secrecy", async (version) => {
  const socket = await shake({ minVersion: version, maxVersion: version });
  expect(socket.getProtocol()).toBe(version);
  expect(socket.getCipher().standardName).toMatch(
    /^TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_\d+_GCM|CHACHA20_POLY1305)_SHA\d+$/,
  );
  socket.destroy();
});

const OLD: [string, tls.ConnectionOptions][] = [
  ["TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }],
  ["TLS 1.0", { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }],
  ["block ciphers", { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0" }],
  ["suites without forward secrecy", { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0" }],
];
test.for(OLD)("refuses %s", async ([, options]) => {
  await expect(shake(options)).rejects.toThrow();
});

test("a client cannot renegotiate", async () => {
  const socket = await shake({ maxVersion: "TLSv1.2" });
  const ended = new Promise((resolve) => socket.once("close", resolve).on("error", () => undefined));
  const outcome = new Promise((resolve) =>
    socket.renegotiate({}, (error) => resolve(error === null ? "done" : "refused")),
  );
  expect(await Promise.race([outcome, ended.then(() => "refused")])).toBe("refused");
  socket.destroy();
});

test("new files are used without closing a connection; files that do not fit together are not", async () => {
  expect(await servedCertificate()).toBe(fingerprintOf(first));
  const open = await shake();
  copyFileSync(second.certFile, used.certFile);
  await expect.poll(() => lines.join("\n")).toContain("does not belong to the first certificate");
  expect(await servedCertificate()).toBe(fingerprintOf(first));
  put(second);
  await expect.poll(servedCertificate).toBe(fingerprintOf(second));
  expect(lines).toContain("the TLS certificate was replaced");
  // It names another host than PUBLIC_URL.
  expect(lines.join("\n")).toContain("does not name the host");
  // The old connection still answers.
  open.write("GET /still-here HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await new Promise<string>((resolve) => open.once("data", (data) => resolve(String(data))))).toContain(
    "200 OK",
  );
  open.destroy();
  rmSync(used.keyFile);
  await expect.poll(() => lines.join("\n")).toContain("cannot read");
  expect(await servedCertificate()).toBe(fingerprintOf(second));
});

test("a handshake that is never finished holds nothing up", async () => {
  const silent = net.connect(port, "127.0.0.1");
  await new Promise((resolve) => silent.once("connect", resolve));
  expect(await servedCertificate()).toMatch(/^[\dA-F:]+$/);
  silent.destroy();
});

const text = (name: string, content: string) => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
test("wrong files are named, with what is wrong", () => {
  const { certFile, keyFile } = first;
  expect(() => readTlsFiles({ certFile: "/nowhere", keyFile })).toThrow('TLS_CERT_FILE: cannot read "/nowhere"');
  expect(() => readTlsFiles({ certFile: text("a.crt", "hello"), keyFile })).toThrow("holds no certificate in PEM form");
  expect(() => readTlsFiles({ certFile, keyFile: text("a.key", "hello") })).toThrow("holds no private key in PEM form");
  expect(() => readTlsFiles({ certFile, keyFile: second.keyFile })).toThrow("does not belong to the first certificate");
});

test.for([
  ["rsa:1024", "an RSA key of 1024 bits is too short; at least 3072 are needed, or an EC key"],
  ["rsa:2048", "an RSA key of 2048 bits is too short; at least 3072 are needed, or an EC key"],
  ["ec:secp224r1", "the curve secp224r1 is not one of prime256v1, secp384r1, secp521r1"],
] as const)("a key of less than 128 bits of strength is refused: %s", ([key, reason]) => {
  expect(() => readTlsFiles(makeCertificate(folder, "weak", { key }))).toThrow(`TLS_KEY_FILE: ${reason}`);
});

test.for(["rsa:3072", "ec:prime256v1", "ec:secp384r1"] as const)(
  "a key of 128 bits of strength is taken: %s",
  (key) => {
    expect(readTlsFiles(makeCertificate(folder, "strong", { key })).text).toContain("PRIVATE KEY");
  },
);

test("what an operator is told of a certificate", () => {
  const remarks = (days: number, host = "127.0.0.1") =>
    certificateRemarks(readTlsFiles(makeCertificate(folder, "dated", { days })).certificate, host, Date.now());
  expect(remarks(30)).toEqual([]);
  expect(remarks(5)).toEqual([expect.stringMatching(/^the certificate ends in [45] days/)]);
  expect(remarks(-2)).toEqual([expect.stringMatching(/^the certificate ended on/)]);
  expect(remarks(30, "antbox.example")).toEqual(["the certificate does not name the host of PUBLIC_URL"]);
});
