import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "../../config.ts";

const folder = mkdtempSync(path.join(tmpdir(), "antbox-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const KEY = Buffer.alloc(32, 7).toString("base64");
const read = (environment: Record<string, string>) => readConfig({ DATA_DIR: folder, ...environment });

test("nothing set gives the documented defaults", () => {
  const config = read({});
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 1880,
    publicUrl: "http://127.0.0.1:1880",
    databaseUrl: null,
    redisUrl: null,
    roles: ["collector", "ui", "scheduler", "video"],
    pollIntervalS: 60,
    retention: { rawDays: null, fiveMinuteDays: null, hourDays: 400, dayDays: null },
    trustedProxies: [],
    editor: "on",
    logLevel: "info",
  });
});

test("each level of history has its own retention; 0 keeps the days for ever", () => {
  const given = { RETENTION_RAW_DAYS: "7", RETENTION_5M_DAYS: "8", RETENTION_1H_DAYS: "9", RETENTION_1D_DAYS: "10" };
  expect(read(given).retention).toEqual({ rawDays: 7, fiveMinuteDays: 8, hourDays: 9, dayDays: 10 });
  expect(read({ RETENTION_1D_DAYS: "0" }).retention.dayDays).toBeNull();
  expect(() => read({ RETENTION_RAW_DAYS: "0" })).toThrow(
    'RETENTION_RAW_DAYS: "0" must be a whole number from 1 to 36500',
  );
});

test("an empty variable counts as not set, as compose files write it", () => {
  expect(read({ PORT: "", DATABASE_URL: "" })).toMatchObject({ port: 1880, databaseUrl: null });
});

test.for(["vi", "vim", "/usr/bin/nano", "code --wait", "emacsclient -t", "notepad.exe"])(
  "a person's text editor in EDITOR is not our setting: %s",
  (editor) => {
    expect(read({ EDITOR: editor }).editor).toBe("on");
  },
);

test.for(["of", "read-only", "false", "OFF"])("a mistyped EDITOR never opens the editor: %s", (editor) => {
  expect(() => read({ EDITOR: editor })).toThrow("must be one of on, readonly, off");
});

test("trusted proxies are a comma list of addresses and blocks", () => {
  const { trustedProxies } = read({ TRUSTED_PROXIES: "127.0.0.1, 192.0.2.0/24,2001:db8::/32" });
  expect(trustedProxies).toEqual(["127.0.0.1", "192.0.2.0/24", "2001:db8::/32"]);
});

test("the generated secret key is kept, and only its owner may read it", () => {
  const first = read({}).secretKey;
  expect(read({}).secretKey.equals(first)).toBe(true);
  expect(statSync(path.join(folder, "secret.key")).mode & 0o077).toBe(0);
});

test.for([
  [{ PORT: "0" }, 'PORT: "0" must be a whole number from 1 to 65535'],
  [{ PORT: "18 80" }, 'PORT: "18 80" must be a whole number from 1 to 65535'],
  [{ POLL_INTERVAL_S: "1e3" }, 'POLL_INTERVAL_S: "1e3" must be a whole number from 1 to 3600'],
  [
    { ROLES: "collector,cook" },
    'ROLES: "collector,cook" must be "all" or a comma list of collector, ui, scheduler, video',
  ],
  [{ EDITOR: "yes" }, 'EDITOR: "yes" must be one of on, readonly, off'],
  [{ FLOWS_DIR: "no/such/folder" }, 'FLOWS_DIR: "no/such/folder" must be a folder that exists'],
  [{ PUBLIC_URL: "https://a.example/flow" }, "PUBLIC_URL: the given value must have no path"],
  [{ TRUSTED_PROXIES: "192.0.2.1, proxy.example, 10.0.0.0/33" }, "not one: proxy.example, 10.0.0.0/33"],
  [{ SITE_TIME_ZONE: "Mars/Base" }, 'SITE_TIME_ZONE: "Mars/Base" must be an IANA time zone'],
  [{ DATABASE_URL: "mysql://u:secret@h/d" }, "DATABASE_URL: the given value must look like postgres://"],
  [{ SECRET_KEY: "short" }, "SECRET_KEY: the given value must be 32 random bytes in base64"],
  [{ RECORDINGS_S3_ENDPOINT: "https://s3.example/bucket" }, "must have no path, name or query"],
  [{ RECORDINGS_S3_ENDPOINT: "https://key:secret@s3.example" }, "must have no path, name or query"],
  [{ RECORDINGS_S3_BUCKET: "../other" }, 'RECORDINGS_S3_BUCKET: "../other" must be the name of a bucket'],
  [{ RECORDINGS_S3_BUCKET: "recordings" }, "RECORDINGS_S3_ENDPOINT: required with the others of RECORDINGS_S3_…"],
  [{ RECORDINGS_SPOOL_MB: "5" }, 'RECORDINGS_SPOOL_MB: "5" must be a whole number from 100'],
  [{ ADMIN_PASSWORD: "123" }, "ADMIN_PASSWORD: the given value must have at least 10 characters"],
] as const)("a wrong value stops the start with one line: %o", ([environment, line]) => {
  expect(() => read(environment)).toThrow(line);
});

test("a bucket of recordings, whose keys may lie in files", () => {
  const file = path.join(folder, "s3-secret");
  writeFileSync(file, "hidden\n");
  const bucket = {
    RECORDINGS_S3_ENDPOINT: "https://s3.example/",
    RECORDINGS_S3_BUCKET: "recordings",
    RECORDINGS_S3_ACCESS_KEY: "antbox",
    RECORDINGS_S3_SECRET_KEY_FILE: file,
  };
  expect(read({}).video.objects).toBeNull();
  expect(read(bucket).video.objects).toEqual({
    endpoint: "https://s3.example",
    bucket: "recordings",
    region: "us-east-1",
    accessKey: "antbox",
    secretKey: "hidden",
    spoolMb: 20_480,
  });
  // A name or password in the address would be told where a value is wrong.
  expect(() => read({ RECORDINGS_S3_ENDPOINT: "https://key:hunter2@s3.example" })).not.toThrow(/hunter2/);
});

test("several wrong values are named at once, a line each, and no secret is shown", () => {
  const attempt = () => read({ PORT: "x", DATABASE_URL: "mysql://u:hunter2@h/d" });
  expect(attempt).toThrow(/PORT.*\nDATABASE_URL/s);
  expect(attempt).not.toThrow(/hunter2/);
});

test("a real database demands an own secret key", () => {
  expect(() => read({ DATABASE_URL: "postgres://u@h/d" })).toThrow("SECRET_KEY: required with DATABASE_URL");
  expect(read({ DATABASE_URL: "postgres://u@h/d", SECRET_KEY: KEY }).secretKey).toHaveLength(32);
});

test("processes that share the work need what they share it through, and say so in one line", () => {
  const database = { DATABASE_URL: "postgres://u@h/d", SECRET_KEY: KEY };
  const redis = { REDIS_URL: "redis://h" };
  expect(() => read({ ROLES: "collector" })).toThrow(
    'ROLES: "collector" without ui, scheduler needs DATABASE_URL: the embedded database serves one process only',
  );
  expect(() => read({ ROLES: "collector,ui" })).toThrow("without scheduler needs DATABASE_URL");
  expect(() => read({ ROLES: "ui,scheduler", ...database })).toThrow(
    'ROLES: "ui,scheduler" without collector needs REDIS_URL: live data comes from the collectors through it',
  );
  expect(read({ ROLES: "ui", ...database, ...redis }).roles).toEqual(["ui"]);
  expect(read({ ROLES: "scheduler", ...database }).roles).toEqual(["scheduler"]);
  expect(read({ ROLES: "collector", ...database }).roles).toEqual(["collector"]);
  expect(read({ ROLES: "scheduler,ui,collector" }).roles).toEqual(["collector", "ui", "scheduler"]);
});

test("a secret may come from a file, but not from both places", () => {
  const file = path.join(folder, "admin");
  writeFileSync(file, "correct horse battery\n");
  expect(read({ ADMIN_PASSWORD_FILE: file }).adminPassword).toBe("correct horse battery");
  expect(() => read({ ADMIN_PASSWORD_FILE: file, ADMIN_PASSWORD: "correct horse battery" })).toThrow("give only one");
  expect(() => read({ ADMIN_PASSWORD_FILE: path.join(folder, "absent") })).toThrow("ADMIN_PASSWORD_FILE: cannot read");
});

test("every variable of the schema is documented for operators", () => {
  const documented = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  const source = ["../../config.ts", "../../adapters/objects/objects-settings.ts"]
    .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
    .join("\n");
  const names = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(12);
  expect(names.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});

test("TLS files come in a pair, and make the public address https", () => {
  const files = { TLS_CERT_FILE: "a.crt", TLS_KEY_FILE: "a.key" };
  expect(read(files)).toMatchObject({
    publicUrl: "https://127.0.0.1:1880",
    tls: { certFile: path.resolve("a.crt"), keyFile: path.resolve("a.key") },
  });
  expect(() => read({ TLS_CERT_FILE: "a.crt" })).toThrow("TLS_KEY_FILE: required with the other one");
  expect(() => read({ TLS_KEY_FILE: "a.key" })).toThrow("TLS_CERT_FILE: required with the other one");
  expect(() => read({ ...files, PUBLIC_URL: "http://antbox.example" })).toThrow("PUBLIC_URL: must be https");
});

const OIDC = { OIDC_ISSUER: "https://id.example.com/realms/plant", OIDC_CLIENT_ID: "antbox", OIDC_ROLE_MAP: "a=admin" };

test("an identity provider needs a client and a map of roles", () => {
  expect(read({}).oidc).toBeNull();
  expect(read({ ...OIDC, OIDC_SCOPE_MAP: "n=region:north,a=all" }).oidc).toEqual({
    issuer: "https://id.example.com/realms/plant",
    clientId: "antbox",
    clientSecret: null,
    label: "OpenID Connect",
    scopes: "openid profile email",
    rules: {
      roleClaim: "roles",
      roleMap: new Map([["a", "admin"]]),
      scopeMap: new Map([
        ["n", { regions: ["north"], zones: [], sites: [] }],
        ["a", null],
      ]),
    },
  });
  expect(() => read({ OIDC_ISSUER: OIDC.OIDC_ISSUER })).toThrow("OIDC_CLIENT_ID: required");
  expect(() => read({ ...OIDC, OIDC_ROLE_MAP: "" })).toThrow("OIDC_ROLE_MAP: required");
  expect(() => read({ OIDC_CLIENT_ID: "antbox" })).toThrow("OIDC_ISSUER: required");
});

test.for([
  [{ OIDC_ISSUER: "http://id.example.com" }, "OIDC_ISSUER: "],
  [{ OIDC_ISSUER: "https://id.example.com/?x" }, "OIDC_ISSUER: "],
  [{ OIDC_ROLE_MAP: "a=root" }, "OIDC_ROLE_MAP: "],
  [{ OIDC_SCOPE_MAP: "a=city:x" }, "OIDC_SCOPE_MAP: "],
  [{ OIDC_SCOPES: "profile" }, "OIDC_SCOPES: "],
] as [Record<string, string>, string][])("a wrong provider is named: %j", ([given, name]) => {
  expect(() => read({ ...OIDC, ...given })).toThrow(name);
});

test("the client's secret comes from a file, and is in no error", () => {
  const file = path.join(folder, "oidc-secret");
  writeFileSync(file, "s3cret-of-the-client\n");
  expect(read({ ...OIDC, OIDC_CLIENT_SECRET_FILE: file }).oidc?.clientSecret).toBe("s3cret-of-the-client");
  const tooLong = "s3cret".repeat(200);
  const read2 = () => read({ ...OIDC, OIDC_CLIENT_SECRET: tooLong });
  expect(read2).toThrow("OIDC_CLIENT_SECRET: the given value");
  expect(read2).not.toThrow(tooLong);
});

test("a former key is taken while keys are changed, and its value is in no error", () => {
  const former = Buffer.alloc(32, 8).toString("base64");
  expect(read({ SECRET_KEY: KEY }).previousSecretKey).toBeNull();
  expect(read({ SECRET_KEY: KEY, SECRET_KEY_PREVIOUS: former }).previousSecretKey).toEqual(Buffer.alloc(32, 8));
  const file = path.join(folder, "former.key");
  writeFileSync(file, `${former}\n`);
  expect(read({ SECRET_KEY: KEY, SECRET_KEY_PREVIOUS_FILE: file }).previousSecretKey).toEqual(Buffer.alloc(32, 8));
  expect(() => read({ SECRET_KEY_PREVIOUS: "c2hvcnQ=" })).toThrow(
    "SECRET_KEY_PREVIOUS: the given value must be 32 random bytes",
  );
});

test("networks that webhooks may be sent to are a comma list of addresses and blocks", () => {
  expect(read({ WEBHOOK_ALLOW: "10.0.0.0/8, fd00::1" }).webhookAllow).toEqual(["10.0.0.0/8", "fd00::1"]);
  expect(() => read({ WEBHOOK_ALLOW: "hooks.local" })).toThrow("WEBHOOK_ALLOW");
});

test("a heartbeat has an address and a beat a minute, and its address is never told", () => {
  expect(read({}).heartbeat).toBeNull();
  const url = "https://watch.example.com/ping/4f1c0a";
  expect(read({ HEARTBEAT_URL: url }).heartbeat).toEqual({ url, intervalS: 60 });
  expect(read({ HEARTBEAT_URL: url, HEARTBEAT_INTERVAL_S: "300" }).heartbeat).toEqual({ url, intervalS: 300 });
  expect(() => read({ HEARTBEAT_URL: url, HEARTBEAT_INTERVAL_S: "5" })).toThrow("HEARTBEAT_INTERVAL_S");
  const wrong = () => read({ HEARTBEAT_URL: "ftp://watch.example.com/4f1c0a" });
  expect(wrong).toThrow("HEARTBEAT_URL: the given value must look like");
  expect(wrong).not.toThrow("4f1c0a");
});
