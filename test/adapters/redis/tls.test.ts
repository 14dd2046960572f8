import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import { readConfig } from "../../../config.ts";
import { type Authority, makeAuthority } from "../../services/authority.ts";
import type { Pair } from "../../services/certificates.ts";
import { findRedis, type RedisServer, startRedis } from "../../services/redis-server.ts";

const isMissing = findRedis() === null;
const it = test.skipIf(isMissing);
const SOON = { timeout: 10_000, interval: 50 };
let folder: string;
let own: Authority;
let foreign: Authority;
let client: Pair;
let server: RedisServer;
const open: RedisConnection[] = [];

beforeAll(async () => {
  if (isMissing) return;
  folder = mkdtempSync(path.join(tmpdir(), "antbox-redis-tls-"));
  own = makeAuthority(folder, "plant-authority");
  foreign = makeAuthority(folder, "another-authority");
  client = own.issue("client", "antbox");
  server = await startTls(own.issue("server", "127.0.0.1"), "yes");
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});
afterAll(async () => {
  await server?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function startTls({ certFile, keyFile }: Pair, asksClients: "yes" | "no", ...more: string[]): Promise<RedisServer> {
  return startRedis((port) => [
    ...["--port", "0", "--tls-port", String(port), "--tls-auth-clients", asksClients],
    ...["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", own.caFile],
    ...more,
  ]);
}

/** The platform's way: from the environment to the connection. */
function connect(url: string, environment: Record<string, string>) {
  const config = readConfig({ DATA_DIR: folder, REDIS_URL: url, ...environment });
  const faults: string[] = [];
  const connection = connectRedis(config.redisUrl ?? "", (code) => faults.push(code), config.redisAccess);
  open.push(connection);
  return { connection, faults };
}

const encrypted = (at: RedisServer) => at.url.replace("redis:", "rediss:");
const ownFiles = () => ({
  REDIS_CA_FILE: own.caFile,
  REDIS_CERT_FILE: client.certFile,
  REDIS_KEY_FILE: client.keyFile,
});

it("speaks TLS, and shows the platform's own certificate", async () => {
  const { connection, faults } = connect(encrypted(server), ownFiles());
  await vi.waitFor(() => expect(connection.state()).toBe("connected"), SOON);
  expect(await connection.client.ping()).toBe("PONG");
  expect(faults).toEqual([]);
});

it("a server that asks for a certificate does not let in who has none", async () => {
  const { connection, faults } = connect(encrypted(server), { REDIS_CA_FILE: own.caFile });
  await vi.waitFor(() => expect(faults.length).toBeGreaterThan(1), SOON);
  expect(connection.state()).toBe("unreachable");
});

it.each([
  ["vouched for by a stranger", () => foreign.issue("strange", "127.0.0.1"), /^(UNABLE_TO_|SELF_SIGNED_)/],
  ["for another name", () => own.issue("misnamed", "redis.example"), /^ERR_TLS_CERT_ALTNAME_INVALID$/],
] as const)("a certificate %s is refused before anything is sent", async (_name, issue, code) => {
  const wrong = await startTls(issue(), "no");
  try {
    const { connection, faults } = connect(encrypted(wrong), { REDIS_CA_FILE: own.caFile });
    await vi.waitFor(() => expect(faults[0]).toMatch(code), SOON);
    expect(connection.state()).toBe("unreachable");
  } finally {
    await wrong.dispose();
  }
});

it("a server without TLS is not spoken to in plain text instead", async () => {
  const plain = await startRedis();
  try {
    const { connection, faults } = connect(encrypted(plain), {});
    await vi.waitFor(() => expect(faults.length).toBeGreaterThan(0), SOON);
    expect(connection.state()).toBe("unreachable");
  } finally {
    await plain.dispose();
  }
});

it("a password comes from a file, and the one that is there now counts for the next connection", async () => {
  const file = path.join(folder, "password");
  writeFileSync(file, "first\n");
  const guarded = await startRedis(() => ["--requirepass", "first"]);
  try {
    const { connection } = connect(guarded.url, { REDIS_PASSWORD_FILE: file });
    await vi.waitFor(() => expect(connection.state()).toBe("connected"), SOON);
    expect(await connection.client.ping()).toBe("PONG");
    await connection.client.config("SET", "requirepass", "second");
    writeFileSync(file, "second\n");
    const again = new Promise<void>((resolve) => {
      const stop = connection.onReady(() => {
        stop();
        resolve();
      });
    });
    connection.client.disconnect(true);
    await again;
    await vi.waitFor(async () => expect(await connection.client.ping()).toBe("PONG"), SOON);
    // It bites: with the former one no command is taken.
    writeFileSync(file, "first\n");
    connection.client.disconnect(true);
    await vi.waitFor(() => expect(connection.client.ping()).rejects.toThrow(), SOON);
  } finally {
    await guarded.dispose();
  }
});
