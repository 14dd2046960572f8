import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BACKEND_ENVIRONMENT, plainTextRemarks } from "../../adapters/security/backend-settings.ts";
import { readConfig } from "../../config.ts";
import { makeAuthority } from "../services/authority.ts";
import type { Pair } from "../services/certificates.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-backends-"));
const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
const read = (environment: Record<string, string>) => readConfig({ DATA_DIR: folder, SECRET_KEY, ...environment });
const kept = (name: string, text: string) => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
let caFile: string;
let client: Pair;
let other: Pair;

beforeAll(() => {
  const authority = makeAuthority(folder, "authority");
  ({ caFile } = authority);
  client = authority.issue("client", "antbox");
  other = authority.issue("other", "antbox");
});
afterAll(() => rmSync(folder, { recursive: true }));

test.for([
  ["postgres://u@db.example/d", true],
  ["postgres://u@192.0.2.5/d", true],
  ["postgres://u@db.example/d?sslmode=verify-full", true],
  ["postgres://u@localhost/d?sslmode=verify-full", true],
  ["postgres://u@db.example/d?sslmode=disable", false],
  ["postgres://u@localhost/d", false],
  ["postgres://u@127.0.0.1:5432/d", false],
  ["postgres://u@[::1]/d", false],
  ["postgres://u@x/d?host=/var/run/postgresql", false],
] as const)("%s: TLS %s", ([DATABASE_URL, isTls]) => {
  const { databaseUrl, databaseAccess } = read({ DATABASE_URL });
  expect(databaseAccess.tls !== null).toBe(isTls);
  // The driver has its own idea of it.
  expect(databaseUrl).not.toContain("sslmode");
});

test.for(["require", "prefer", "allow", "verify-ca", "no-verify", ""])(
  "sslmode=%s, which does not make sure who is there, is refused",
  (mode) => {
    expect(() => read({ DATABASE_URL: `postgres://u:hunter2@db/d?sslmode=${mode}` })).toThrow(
      /^DATABASE_URL: sslmode=\S* does not make sure whose certificate it is; must be verify-full or disable$/,
    );
  },
);

test.for(["ssl=0", "sslrootcert=/x", "sslnegotiation=direct", "uselibpqcompat=true"])(
  "no other setting of the driver gets past the check: %s",
  (setting) => {
    const attempt = () => read({ DATABASE_URL: `postgres://u:hunter2@db/d?${setting}` });
    expect(attempt).toThrow(/^DATABASE_URL: "(ssl|sslrootcert|sslnegotiation|uselibpqcompat)" is not read/);
    expect(attempt).not.toThrow(/hunter2/);
  },
);

test("Redis is spoken to by TLS when its address says rediss", () => {
  expect(read({ REDIS_URL: "rediss://r.example" }).redisAccess.tls).not.toBeNull();
  expect(read({ REDIS_URL: "redis://r.example" }).redisAccess.tls).toBeNull();
});

test("files for TLS are read, and a renewed one counts at once; while it is away the last one does", () => {
  const file = kept("renewed.crt", readFileSync(client.certFile, "utf8"));
  const { databaseAccess } = read({
    DATABASE_URL: "postgres://u@db/d",
    DATABASE_CA_FILE: caFile,
    DATABASE_CERT_FILE: file,
    DATABASE_KEY_FILE: client.keyFile,
  });
  expect(databaseAccess.tls?.ca).toBe(readFileSync(caFile, "utf8"));
  writeFileSync(file, readFileSync(other.certFile));
  expect(databaseAccess.tls?.cert).toBe(readFileSync(other.certFile, "utf8"));
  rmSync(file);
  expect(databaseAccess.tls?.cert).toBe(readFileSync(other.certFile, "utf8"));
});

test("wrong files stop the start with one line", () => {
  const DATABASE_URL = "postgres://u@db/d";
  const pair = { DATABASE_CERT_FILE: client.certFile, DATABASE_KEY_FILE: client.keyFile };
  const cases: [Record<string, string>, string][] = [
    [{ DATABASE_CA_FILE: "/nowhere" }, 'DATABASE_CA_FILE: cannot read "/nowhere"'],
    [{ DATABASE_CA_FILE: kept("a", "hello") }, "DATABASE_CA_FILE: holds no certificate in PEM form"],
    [{ DATABASE_CERT_FILE: client.certFile }, "DATABASE_KEY_FILE: required with the other one"],
    [{ DATABASE_KEY_FILE: client.keyFile }, "DATABASE_CERT_FILE: required with the other one"],
    [{ ...pair, DATABASE_KEY_FILE: kept("b", "hello") }, "DATABASE_KEY_FILE: holds no private key"],
    [{ ...pair, DATABASE_KEY_FILE: other.keyFile }, "DATABASE_KEY_FILE: does not belong to the certificate"],
    [{ DATABASE_PASSWORD_FILE: "/nowhere" }, 'DATABASE_PASSWORD_FILE: cannot read "/nowhere"'],
  ];
  for (const [environment, line] of cases) expect(() => read({ DATABASE_URL, ...environment })).toThrow(line);
  const plain = { DATABASE_URL: `${DATABASE_URL}?sslmode=disable`, DATABASE_CA_FILE: caFile };
  expect(() => read(plain)).toThrow("are for TLS only; needs sslmode=verify-full in DATABASE_URL");
  expect(() => read({ REDIS_URL: "redis://r", REDIS_CA_FILE: caFile })).toThrow("needs rediss:// in REDIS_URL");
  expect(() => read({ REDIS_PASSWORD_FILE: caFile })).toThrow("REDIS_PASSWORD_FILE: needs REDIS_URL");
});

test("no password of a server needs to be in the environment", () => {
  const password = kept("password", "one\n");
  const url = "postgres://antbox:secret@db/d";
  expect(read({ DATABASE_URL_FILE: kept("database-url", `${url}\n`) }).databaseUrl).toBe(url);
  expect(read({ REDIS_URL_FILE: kept("redis-url", "rediss://:secret@r\n") }).redisUrl).toBe("rediss://:secret@r");
  const { databaseAccess } = read({ DATABASE_URL: "postgres://antbox@db/d", DATABASE_PASSWORD_FILE: password });
  expect(databaseAccess.password?.()).toBe("one");
  writeFileSync(password, "two\n");
  expect(databaseAccess.password?.()).toBe("two");
  expect(() => read({ DATABASE_URL: url, DATABASE_URL_FILE: password })).toThrow("give only one of them");
});

test("plain text over a network is allowed when it is asked for, and told at the start", () => {
  const remarks = (environment: Record<string, string>) => plainTextRemarks(read(environment));
  expect(remarks({})).toEqual([]);
  expect(remarks({ DATABASE_URL: "postgres://u@localhost/d", REDIS_URL: "redis://127.0.0.1" })).toEqual([]);
  expect(remarks({ DATABASE_URL: "postgres://u@db/d", REDIS_URL: "rediss://r" })).toEqual([]);
  expect(remarks({ DATABASE_URL: "postgres://u@db/d?sslmode=disable", REDIS_URL: "redis://r" })).toEqual([
    expect.stringContaining("PostgreSQL is not encrypted"),
    expect.stringContaining("Redis is not encrypted"),
  ]);
});

test("every variable is documented for operators", () => {
  const documented = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  expect(Object.keys(BACKEND_ENVIRONMENT).filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});
