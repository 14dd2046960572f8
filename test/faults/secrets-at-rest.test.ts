import { spawn } from "node:child_process";
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { deriveKey } from "../../adapters/security/derive-key.ts";
import { SEALED_COLUMNS, type SealedColumn } from "../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../adapters/security/secret-box.ts";
import { RECEIVER_HOST, type Receiver, startReceiver } from "../adapters/webhooks/receiver.ts";
import { createFreshDatabase, type FreshDatabase } from "../services/fresh-database.ts";
import { onDatabase } from "../services/on-database.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";
import { type Canary, filesBelow, findCanaries } from "./canaries.ts";

/**
 * trust.md T15: secrets are put in wherever the platform takes some, it runs, and then everything that it wrote or answered
 * is searched for them.
 */
const PASSWORD = `canary-password-${randomBytes(9).toString("hex")}`;
const NODE_RED_SECRET = `canary-node-red-${randomBytes(9).toString("hex")}`;
const URL_TOKEN = `canary-url-${randomBytes(9).toString("hex")}`;
/** No secret: it shows that the search looks into what is stored. */
const MARKER = `marker-${randomBytes(9).toString("hex")}`;
const OIDC_SECRET = `canary-oidc-${randomBytes(9).toString("hex")}`;
const [FIRST_KEY, SECOND_KEY] = [randomBytes(32), randomBytes(32)];
/** The two platforms start beside whatever else is tested, and the first of their jobs come last of all. */
const PATIENCE = { timeout: 90_000, interval: 100 };
const databaseServer = inject("databaseUrl");

type Answer = { readonly status: number; readonly text: string; readonly cookies: string };

describe.for([
  { name: "the embedded database", isEmbedded: true },
  { name: "PostgreSQL", isEmbedded: false },
])("on $name", { timeout: 240_000, concurrent: true }, ({ isEmbedded }) => {
  const isSkipped = !isEmbedded && databaseServer === null;
  // The two databases side by side, and what is tried on each of them one after the other.
  const it = (title: string, work: () => void | Promise<void>): void =>
    test(title, { skip: isSkipped, concurrent: false }, work);
  /** The embedded database lets nobody else in to look or to change: there these are not among the tests. */
  const onServer = (title: string, work: () => Promise<void>): void => {
    if (!isEmbedded) it(title, work);
  };
  const dataDir = mkdtempSync(path.join(tmpdir(), "antbox-secrets-"));
  const canaries: Canary[] = [];
  const answers: (readonly [string, Buffer])[] = [];
  let fleet: Fleet;
  let receiver: Receiver;
  let fresh: FreshDatabase | null = null;
  let platform: PlatformProcess;
  let cookies = "";
  let totp: TOTP;
  let recoveryCodes: string[] = [];
  let serviceToken = "";
  let hooks: string[] = [];
  const logs: string[] = [];

  const environmentWith = (keys: Record<string, string>) => ({
    DATA_DIR: dataDir,
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: "trace",
    POLL_INTERVAL_S: "2",
    WEBHOOK_ALLOW: RECEIVER_HOST,
    OIDC_ISSUER: "https://identity.invalid",
    OIDC_CLIENT_ID: "antbox",
    OIDC_CLIENT_SECRET: OIDC_SECRET,
    OIDC_ROLE_MAP: "admins=admin",
    ...keys,
  });
  const start = (keys: Record<string, string>) =>
    startPlatform({
      sitesFile: fleet.sitesFile,
      databaseUrl: fresh?.url ?? null,
      environment: environmentWith(keys),
    });

  async function call(method: string, at: string, body?: unknown, own: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(platform.url + at, {
      method,
      redirect: "manual",
      headers: {
        origin: platform.url,
        ...(cookies ? { cookie: cookies } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...own,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, cookies: response.headers.getSetCookie().join("\n") };
  }
  /** An answer in which no secret may stand. */
  async function look(method: string, at: string, body?: unknown, own: Record<string, string> = {}): Promise<number> {
    const { status, text } = await call(method, at, body, own);
    answers.push([`${method} ${at}`, Buffer.from(text)]);
    return status;
  }
  async function signIn(code?: string): Promise<void> {
    cookies = "";
    const given = { username: "admin", password: PASSWORD, ...(code === undefined ? {} : { code }) };
    const { status, text, cookies: set } = await call("POST", "/api/v1/auth/login", given);
    if (status !== 200) throw new Error(`sign-in: ${status} ${text}`);
    const pairs = set.split("\n").map((line) => line.split(";")[0] ?? "");
    cookies = pairs.join("; ");
    for (const pair of pairs) canaries.push({ name: "a token of a session", text: pair.split("=")[1] ?? "" });
  }

  beforeAll(async () => {
    if (isSkipped) return;
    const key = { SECRET_KEY: FIRST_KEY.toString("base64") };
    canaries.push(
      { name: "ADMIN_PASSWORD", text: PASSWORD },
      { name: "SECRET_KEY", text: key.SECRET_KEY, bytes: FIRST_KEY },
      { name: "the second SECRET_KEY", text: SECOND_KEY.toString("base64"), bytes: SECOND_KEY },
      { name: "OIDC_CLIENT_SECRET", text: OIDC_SECRET },
      { name: "a credential of Node-RED", text: NODE_RED_SECRET },
      { name: "the token in an address of a webhook", text: URL_TOKEN },
    );
    writeNodeRedCredentials(dataDir, FIRST_KEY);
    [fleet, receiver] = await Promise.all([startFleet(3), startReceiver()]);
    fresh = isEmbedded ? null : await createFreshDatabase(databaseServer ?? "", { timescale: false });
    platform = await start(key);
    await platform.ready();
    await vi.waitFor(() => signIn(), PATIENCE);
    await plantSecrets();
  }, 200_000);
  afterAll(async () => {
    await platform?.dispose();
    await Promise.all([fleet?.stop(), receiver?.close()]);
    await fresh?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  /** A second factor, two webhooks, a service token: all that is shown once. */
  async function plantSecrets(): Promise<void> {
    const shown = JSON.parse((await call("POST", "/api/v1/account/totp", { password: PASSWORD })).text) as {
      secret: string;
    };
    const secret = Secret.fromBase32(shown.secret);
    totp = new TOTP({ secret });
    canaries.push({ name: "the secret of a second factor", text: shown.secret, bytes: Buffer.from(secret.bytes) });
    const confirmed = await call("POST", "/api/v1/account/totp/confirm", { code: totp.generate() });
    ({ recoveryCodes } = JSON.parse(confirmed.text) as { recoveryCodes: string[] });
    for (const code of recoveryCodes) canaries.push({ name: "a recovery code", text: code });
    for (const name of ["one", "two"]) {
      const entry = { name, url: `${receiver.url}/in?key=${URL_TOKEN}`, events: ["user.changed"] };
      const made = JSON.parse((await call("POST", "/api/v1/webhooks", entry)).text) as { id: string; secret: string };
      hooks = [...hooks, made.id];
      canaries.push({
        name: "the secret of a webhook",
        text: made.secret,
        bytes: Buffer.from(made.secret.slice(6), "base64"),
      });
    }
    const token = { name: MARKER, permissions: ["webhooks:manage"], expiresInDays: 1 };
    const issued = JSON.parse((await call("POST", "/api/v1/service-tokens", token)).text) as { token: string };
    serviceToken = issued.token;
    canaries.push({ name: "a service token", text: serviceToken });
  }

  it("the search finds what is there: in another encoding, in the middle of bytes, in the answer that shows it", () => {
    const one = canaries.filter(({ name }) => name === "SECRET_KEY");
    const planted = ["base64", "hex", "base64url"].map(
      (form) => [form, Buffer.from(`…${FIRST_KEY.toString(form as BufferEncoding)}…`)] as const,
    );
    expect(findCanaries(one, [...planted, ["bytes", Buffer.concat([randomBytes(9), FIRST_KEY])]])).toHaveLength(4);
    expect(findCanaries(one, [["nothing", randomBytes(100_000)]])).toEqual([]);
  });

  it("the platform works with all of them", async () => {
    expect((await call("POST", `/api/v1/webhooks/${hooks[0]}/test`)).status).toBe(200);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
    expect(receiver.received[0]?.path).toContain(URL_TOKEN);
  });

  it("nothing of them is in any page, list, export or metric, nor in the answer to anything wrong", async () => {
    const document = JSON.parse((await call("GET", "/openapi.json")).text) as { paths: Record<string, object> };
    const lists = Object.keys(document.paths).filter((at) => "get" in (document.paths[at] ?? {}) && !at.includes("{"));
    expect(lists.length).toBeGreaterThan(20);
    // The address of a webhook is for those who set webhooks up.
    for (const at of lists.filter((one) => one !== "/api/v1/webhooks")) await look("GET", at);
    const more = [
      "/editor/flows",
      "/editor/settings",
      "/editor/",
      "/dashboard/overview",
      "/docs",
      "/login",
      "/metrics",
    ];
    for (const at of [...more, `/api/v1/webhooks/${hooks[0]}/deliveries`]) await look("GET", at);
    expect(await look("GET", `/api/v1/nothing-here`)).toBe(404);
    expect(await look("POST", "/api/v1/webhooks", `{"name": `)).toBe(400);
    expect(await look("POST", "/api/v1/auth/login", { username: "nobody", password: PASSWORD })).toBe(401);
    expect(await look("GET", "/api/v1/sites", undefined, { cookie: `${cookies}x` })).toBeGreaterThan(0);
    const list = JSON.parse((await call("GET", "/api/v1/webhooks")).text) as unknown;
    answers.push(["GET /api/v1/webhooks", Buffer.from(JSON.stringify(list).replaceAll(URL_TOKEN, ""))]);
    expect(findCanaries(canaries, answers)).toEqual([]);
  });

  it("the key is changed under load, and no read fails", async () => {
    await platform.stop();
    logs.push(platform.log());
    const both = { SECRET_KEY: SECOND_KEY.toString("base64"), SECRET_KEY_PREVIOUS: FIRST_KEY.toString("base64") };
    cookies = "";
    platform = await start(both);
    let isOver = false;
    let reads = 0;
    const failed: string[] = [];
    const reader = async () => {
      while (!isOver) {
        const own = { authorization: `Bearer ${serviceToken}` };
        const { status, text } = await call("GET", "/api/v1/webhooks", undefined, own).catch((error) => ({
          status: 0,
          text: String(error),
        }));
        // Until the database is there nobody is known, and nothing can be read at all.
        if (status === 200 && text.includes(URL_TOKEN)) reads += 1;
        else if (reads > 0 || status === 500) failed.push(`${status} ${text.slice(0, 200)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const readers = Promise.all([reader(), reader()]);
    try {
      await platform.ready();
      if (!isEmbedded) expect(await rotateKeys(environmentOf(both))).toMatch(/\d+ secrets, \d+ sealed anew/);
      await vi.waitFor(() => signIn(recoveryCodes[0]), PATIENCE);
      await vi.waitFor(async () => expect(await jobOutcome("reseal")).toBe("ok"), PATIENCE);
      await vi.waitFor(() => expect(reads).toBeGreaterThan(20), PATIENCE);
    } finally {
      isOver = true;
      await readers;
    }
    const causes = platform
      .log()
      .split("\n")
      .filter((line) => line.includes("could not be served"));
    expect(failed, causes.join("\n")).toEqual([]);
  });

  it("then the former key is not needed any more", async () => {
    await platform.stop();
    logs.push(platform.log());
    platform = await start({ SECRET_KEY: SECOND_KEY.toString("base64") });
    await platform.ready();
    // A code counts once: the one of the next step was not used yet.
    await vi.waitFor(() => signIn(totp.generate({ timestamp: Date.now() + 30_000 })), PATIENCE);
    const { status, text } = await call("GET", "/api/v1/webhooks");
    expect([status, text.includes(URL_TOKEN)]).toEqual([200, true]);
    const seen = receiver.received.length;
    await call("POST", `/api/v1/webhooks/${hooks[1]}/test`);
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(seen), PATIENCE);
  });

  onServer("a blob of another row opens nowhere", async () => {
    await onDatabase(fresh?.url ?? "", (client) =>
      client.query("update webhook set url = other.url from webhook other where other.id <> webhook.id"),
    );
    const { status, text } = await call("GET", "/api/v1/webhooks");
    expect([status, JSON.parse(text)]).toEqual([500, expect.objectContaining({ code: "secret.unreadable" })]);
    answers.push(["an unreadable secret", Buffer.from(text)]);
    expect(findCanaries(canaries, answers)).toEqual([]);
  });

  it("nothing of them is in the log, in any file of the data folder, or in the database", async () => {
    await platform.stop();
    logs.push(platform.log());
    expect(logs.join("").length).toBeGreaterThan(1_000);
    expect(findCanaries(canaries, [["the log", Buffer.from(logs.join("\n"))]])).toEqual([]);
    expect(findCanaries(canaries, filesBelow("flows"))).toEqual([]);
    const files = [...filesBelow(dataDir)];
    expect(files.map(([name]) => name)).toContain(path.join("nodered", "flows_cred.json"));
    expect(findCanaries(canaries, files)).toEqual([]);
    const stored = fresh ? await dumpOf(fresh.url) : files;
    expect(findCanaries(canaries, stored)).toEqual([]);
    expect(findCanaries([{ name: "the marker", text: MARKER }], stored)).not.toEqual([]);
  });

  onServer("what is sealed is sealed with the second key", async () => {
    const box = createSecretBox(SECOND_KEY, null);
    let checked = 0;
    for (const { table, key, column } of Object.values<SealedColumn>(SEALED_COLUMNS)) {
      const text = `select ${key}::text as row, ${column} as blob from ${table} where ${column} is not null`;
      const { rows } = await onDatabase(fresh?.url ?? "", (client) => client.query<{ blob: string }>(text));
      for (const { blob } of rows) expect(box.isCurrent(blob), `${table}.${column}`).toBe(true);
      checked += rows.length;
    }
    expect(checked).toBeGreaterThanOrEqual(5);
  });

  const environmentOf = (keys: Record<string, string>) => ({
    ...environmentWith(keys),
    PATH: process.env["PATH"] ?? "",
    ...(fresh ? { DATABASE_URL: fresh.url } : {}),
  });

  async function jobOutcome(name: string): Promise<string | null> {
    type Job = { name: string; lastRuns: { outcome: string | null }[] };
    const { items } = JSON.parse((await call("GET", "/api/v1/jobs")).text) as { items: Job[] };
    return items.find((job) => job.name === name)?.lastRuns[0]?.outcome ?? null;
  }
});

/** As Node-RED writes them: AES-256-CTR under the SHA-256 of the secret that it is given. */
function writeNodeRedCredentials(dataDir: string, secretKey: Buffer): void {
  const secret = deriveKey(secretKey, "node-red-credentials").toString("base64");
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", createHash("sha256").update(secret).digest(), iv);
  const content = JSON.stringify({ a1b2c3d4e5f60718: { password: NODE_RED_SECRET } });
  const text = iv.toString("hex") + cipher.update(content, "utf8", "base64") + cipher.final("base64");
  mkdirSync(path.join(dataDir, "nodered"), { recursive: true });
  writeFileSync(path.join(dataDir, "nodered", "flows_cred.json"), JSON.stringify({ $: text }));
}

/** The command that people are told to type. @returns what it says */
function rotateKeys(environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/rotate-keys.ts"], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    const keep = (chunk: Buffer) => {
      text += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("exit", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`rotate-keys ended with ${code}: ${text}`)),
    );
  });
}

/** Every row of every table, as text. */
async function dumpOf(url: string): Promise<(readonly [string, Buffer])[]> {
  return onDatabase(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by name`,
    );
    const dump: (readonly [string, Buffer])[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ line: string }>(`select row_to_json(t)::text as line from ${name} t`);
      dump.push([name, Buffer.from(rows.map(({ line }) => line).join("\n"))]);
    }
    return dump;
  });
}
