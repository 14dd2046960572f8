import { chownSync, copyFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { readConfig } from "../../../config.ts";
import { type Authority, makeAuthority } from "../../services/authority.ts";
import type { Pair } from "../../services/certificates.ts";
import { findPostgres, makeFolder, type PostgresServer, startPostgres } from "../../services/postgres-server.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/** The superuser comes from anywhere; `plant` by certificate over TLS only, `keeper` by password over TLS only. */
const RULES = `
host    all postgres 127.0.0.1/32 trust
hostssl all plant    127.0.0.1/32 cert
hostssl all keeper   127.0.0.1/32 scram-sha-256
`;
const isMissing = findPostgres() === null;
const it = test.skipIf(isMissing);
let folder: string;
let server: PostgresServer;
let own: Authority;
let foreign: Authority;
let client: Pair;
let used: Pair;

beforeAll(async () => {
  if (isMissing) return;
  folder = makeFolder();
  own = makeAuthority(folder, "plant-authority");
  foreign = makeAuthority(folder, "another-authority");
  client = own.issue("client", "plant");
  used = own.issue("server", "127.0.0.1");
  own.issue("misnamed", "database.example");
  own.issue("right", "127.0.0.1");
  foreign.issue("strange", "127.0.0.1");
  const rules = path.join(folder, "pg_hba.conf");
  writeFileSync(rules, RULES);
  giveToServer(rules, used.keyFile);
  server = await startPostgres({
    hba_file: rules,
    ssl: "on",
    ssl_ca_file: own.caFile,
    ssl_cert_file: used.certFile,
    ssl_key_file: used.keyFile,
  });
  await asSuperuser("create role plant login; create role keeper login password 'first'");
  await asSuperuser("create database plant owner plant");
  await asSuperuser("create database keeper owner keeper");
}, 60_000);
afterAll(async () => {
  await server?.dispose();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function giveToServer(...files: string[]): void {
  const { uid, gid } = statSync(folder);
  for (const file of files) chownSync(file, uid, gid);
}

async function asSuperuser(text: string): Promise<void> {
  const superuser = new pg.Client({ connectionString: `${server.url}/postgres` });
  await superuser.connect();
  await superuser.query(text);
  await superuser.end();
}

/** Another certificate for the connections from now on. */
async function present(name: string): Promise<void> {
  copyFileSync(path.join(folder, `${name}.crt`), used.certFile);
  copyFileSync(path.join(folder, `${name}.key`), used.keyFile);
  giveToServer(used.keyFile);
  await asSuperuser("select pg_reload_conf()");
}

/** The platform's way: from the environment to the database. */
async function open(user: string, sslmode: string, environment: Record<string, string>) {
  const url = new URL(server.url);
  url.username = user;
  const config = readConfig({
    DATA_DIR: folder,
    SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
    DATABASE_URL: `${url.href}/${user === "postgres" ? "plant" : user}?sslmode=${sslmode}`,
    ...environment,
  });
  const log = recordedLog();
  const database = await openDatabase({
    url: config.databaseUrl,
    access: config.databaseAccess,
    dataDir: folder,
    log,
  });
  return { database, log };
}

async function withDatabase<T>(opened: { database: Database }, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await work(opened.database);
  } finally {
    await opened.database.close();
  }
}

const encryption = "select version, client_dn from pg_stat_ssl where pid = pg_backend_pid()";
const clientFiles = () => ({ DATABASE_CERT_FILE: client.certFile, DATABASE_KEY_FILE: client.keyFile });

it("every connection is encrypted, and the platform's own certificate is its way in, without any password", async () => {
  const opened = await open("plant", "verify-full", { DATABASE_CA_FILE: own.caFile, ...clientFiles() });
  await withDatabase(opened, async (database) => {
    await database.whenReady();
    for (const lane of ["request", "ingest", "lease", "jobs"] as const) {
      const [row] = await database.query(encryption, [], { lane });
      expect(row).toEqual({ version: "TLSv1.3", client_dn: "/CN=plant" });
    }
  });
}, 30_000);

it("without its certificate the same account does not get in", async () => {
  await expect(open("plant", "verify-full", { DATABASE_CA_FILE: own.caFile })).rejects.toMatchObject({
    code: "storage.unavailable",
    message: expect.stringContaining("valid client certificate"),
  });
});

it("in plain text the same account does not get in", async () => {
  await expect(open("plant", "disable", {})).rejects.toMatchObject({
    code: "storage.unavailable",
    message: expect.stringContaining("no encryption"),
  });
});

it.each([
  ["strange", "nobody who is trusted vouches for the database's certificate"],
  ["misnamed", "the database's certificate does not name the host"],
])(
  "a certificate that is not the right one (%s) is refused, and nothing is sent in plain text instead",
  async (name, reason) => {
    await present(name);
    const { database, log } = await open("postgres", "verify-full", { DATABASE_CA_FILE: own.caFile });
    try {
      expect(log.lines).toContainEqual({
        level: "warn",
        facts: { code: expect.any(String), reason: expect.stringContaining(reason) },
        text: "the database cannot be reached; collection goes on into the journal",
      });
      await expect(database.query("select 1")).rejects.toThrow("was not reached yet");
      // It comes back as soon as the right one is there.
      await present("right");
      await vi.waitFor(() => database.query("select 1"), { timeout: 20_000, interval: 200 });
    } finally {
      await database.close();
      await present("right");
    }
  },
  40_000,
);

it("without a named authority only those of the runtime are trusted", async () => {
  const { database, log } = await open("postgres", "verify-full", {});
  await withDatabase({ database }, async () => {
    expect(JSON.stringify(log.lines)).toContain("nobody who is trusted vouches");
  });
});

it("a server without TLS is told so, and not spoken to in plain text", async () => {
  const plain = await startPostgres();
  try {
    const config = readConfig({
      DATA_DIR: folder,
      SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
      DATABASE_URL: `${plain.url}/postgres?sslmode=verify-full`,
    });
    const log = recordedLog();
    const database = await openDatabase({ url: config.databaseUrl, access: config.databaseAccess, dataDir: "", log });
    await database.close();
    expect(log.lines).toContainEqual(
      expect.objectContaining({ facts: { code: "no_tls", reason: expect.stringContaining("speaks no TLS") } }),
    );
  } finally {
    await plain.dispose();
  }
}, 40_000);

it("a password comes from a file, and the one that is there now counts for the next connection", async () => {
  const file = path.join(folder, "password");
  writeFileSync(file, "first\n");
  const opened = await open("keeper", "verify-full", { DATABASE_CA_FILE: own.caFile, DATABASE_PASSWORD_FILE: file });
  await withDatabase(opened, async (database) => {
    await database.whenReady();
    await asSuperuser("alter role keeper password 'second'");
    writeFileSync(file, "second\n");
    await asSuperuser("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'");
    await vi.waitFor(() => database.query("select 1"), { timeout: 10_000, interval: 100 });
    // It bites: with the former one no connection comes about.
    writeFileSync(file, "first\n");
    await asSuperuser("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'");
    await vi.waitFor(() => expect(database.query("select 1")).rejects.toThrow("password authentication failed"), {
      timeout: 10_000,
      interval: 100,
    });
  });
}, 40_000);
