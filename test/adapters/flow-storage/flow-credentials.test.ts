import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { reencrypted } from "../../../adapters/flow-storage/flow-credentials.ts";
import { createFlowStorage } from "../../../adapters/flow-storage/flow-storage.ts";

const CREDENTIALS = { a1b2c3: { user: "antbox", password: "秘密 secret" } };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-credentials-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function encrypted(secret: string, content: object = CREDENTIALS) {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", createHash("sha256").update(secret).digest(), iv);
  return { $: iv.toString("hex") + cipher.update(JSON.stringify(content), "utf8", "base64") + cipher.final("base64") };
}

type CredentialsModule = {
  init(runtime: object): void;
  load(credentials: object): Promise<void>;
  get(id: string): object | undefined;
};

/** What Node-RED itself makes of them. */
async function loadedBy(secret: string, credentials: object): Promise<object | undefined> {
  const nodeRed = createRequire(createRequire(import.meta.url).resolve("node-red"));
  const module = nodeRed("@node-red/runtime/lib/nodes/credentials.js") as CredentialsModule;
  const quiet = {
    debug: () => undefined,
    warn: () => undefined,
    trace: () => undefined,
    error: () => undefined,
    _: String,
  };
  module.init({
    log: quiet,
    settings: {
      get: (name: string) => (name === "credentialSecret" ? secret : undefined),
      delete: async () => undefined,
    },
    storage: { projects: undefined },
  });
  await module.load(credentials).catch(() => undefined);
  return module.get("a1b2c3");
}

test("what the former key has encrypted, Node-RED opens with the present one", async () => {
  const stored = encrypted("former");
  expect(await loadedBy("former", stored)).toEqual(CREDENTIALS.a1b2c3);
  const renewed = reencrypted(stored, "present", "former");
  expect(JSON.stringify(renewed)).not.toContain("secret");
  expect(await loadedBy("present", renewed ?? {})).toEqual(CREDENTIALS.a1b2c3);
});

test.for([
  ["there are none", {}],
  ["the present key opens them", encrypted("present")],
  ["neither key opens them", encrypted("another")],
  ["they are no credentials at all", { $: "nonsense" }],
] as const)("nothing is changed when %s", ([, stored]) => {
  expect(reencrypted(stored, "present", "former")).toBeNull();
});

/** The storage as the platform makes it, what it told, and its file. */
async function opened(former: string | null = null) {
  const told: string[] = [];
  const storage = createFlowStorage({
    flowsDir: folder,
    isReadOnly: true,
    credentialSecrets: { present: "present", former },
    onCredentials: (state) => told.push(state),
  });
  const runtime = { log: { info: () => undefined, warn: () => undefined, _: String }, nodes: {} };
  await storage.init({ userDir: folder, flowFile: "flows.json" }, runtime);
  const file = path.join(folder, "flows_cred.json");
  return { storage, told, file, stored: () => JSON.parse(readFileSync(file, "utf8")) as Record<string, string> };
}

test("what Node-RED saves is sealed, and is given back to it without the seal", async () => {
  const { storage, told, stored } = await opened();
  const saved = encrypted("present");
  await storage.saveCredentials(saved);
  expect(stored()).toEqual({ ...saved, seal: expect.stringMatching(/^[\w-]{43}$/) });
  expect(await storage.getCredentials()).toEqual(saved);
  expect(told).toEqual([]);
  expect(await loadedBy("present", await storage.getCredentials())).toEqual(CREDENTIALS.a1b2c3);
});

/** The letter at a place of the password, made another one without knowing any key: what a stream cipher lets through. */
function flipped(text: string): string {
  const bytes = Buffer.from(text.slice(32), "base64");
  const place = JSON.stringify(CREDENTIALS).indexOf("antbox");
  bytes.writeUInt8(bytes.readUInt8(place) ^ ("a".charCodeAt(0) ^ "b".charCodeAt(0)), place);
  return text.slice(0, 32) + bytes.toString("base64");
}

test("a changed file is found, told and not used; without a seal Node-RED would take it", async () => {
  const { storage, told, file, stored } = await opened();
  await storage.saveCredentials(encrypted("present"));
  const { $: text = "", seal = "" } = stored();
  expect(await loadedBy("present", { $: flipped(text) })).toEqual({ ...CREDENTIALS.a1b2c3, user: "bntbox" });
  const changes = [
    { $: flipped(text), seal },
    { $: encrypted("present").$, seal },
    { $: text, seal: `${seal.slice(0, -2)}${seal.endsWith("A") ? "B" : "A"}A` },
    { $: text, seal: "" },
    { $: text, seal: 7 },
    { seal },
  ];
  for (const [n, change] of changes.entries()) {
    writeFileSync(file, JSON.stringify(change));
    expect(await loadedBy("present", await storage.getCredentials())).toBeUndefined();
    expect(told).toEqual(Array.from({ length: n + 1 }, () => "changed"));
    // It stays for whoever looks into it.
    expect(stored()).toEqual(change);
  }
});

test("a file without a seal, as Node-RED alone writes it, is read, told and sealed", async () => {
  const { storage, told, file, stored } = await opened();
  const saved = encrypted("present");
  writeFileSync(file, JSON.stringify(saved));
  expect(await storage.getCredentials()).toEqual(saved);
  expect(told).toEqual(["unsealed"]);
  expect(stored()["seal"]).toEqual(expect.any(String));
  await storage.getCredentials();
  expect(told).toEqual(["unsealed"]);
});

test("what no key opens is not sealed: the right key may still come", async () => {
  const { storage, told, file, stored } = await opened();
  const saved = encrypted("another");
  writeFileSync(file, JSON.stringify(saved));
  expect(await storage.getCredentials()).toEqual(saved);
  expect(stored()).toEqual(saved);
  expect(told).toEqual(["unsealed"]);
});

test("no credentials at all are nothing to tell", async () => {
  const { storage, told } = await opened();
  expect(await storage.getCredentials()).toEqual({});
  expect(told).toEqual([]);
});

test("the seal of the former key counts while keys are changed", async () => {
  const before = createFlowStorage({
    flowsDir: folder,
    isReadOnly: true,
    credentialSecrets: { present: "former", former: null },
  });
  const runtime = { log: { info: () => undefined, warn: () => undefined, _: String }, nodes: {} };
  await before.init({ userDir: folder, flowFile: "flows.json" }, runtime);
  await before.saveCredentials(encrypted("former"));
  const { storage, told } = await opened("former");
  expect(await loadedBy("present", await storage.getCredentials())).toEqual(CREDENTIALS.a1b2c3);
  expect(told).toEqual([]);
  const after = await opened();
  expect(await loadedBy("present", await after.storage.getCredentials())).toEqual(CREDENTIALS.a1b2c3);
  expect(after.told).toEqual([]);
});

test("the file is renewed at the first start with both keys, and then opens without the former one", async () => {
  const file = path.join(folder, "flows_cred.json");
  writeFileSync(file, JSON.stringify(encrypted("former")));
  const read = async (former: string | null) => {
    const storage = createFlowStorage({
      flowsDir: folder,
      isReadOnly: true,
      credentialSecrets: { present: "present", former },
    });
    const runtime = { log: { info: () => undefined, warn: () => undefined, _: String }, nodes: {} };
    await storage.init({ userDir: folder, flowFile: "flows.json" }, runtime);
    return storage.getCredentials();
  };
  const renewed = await read("former");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ ...renewed, seal: expect.any(String) });
  expect(await read(null)).toEqual(renewed);
  expect(await loadedBy("present", renewed)).toEqual(CREDENTIALS.a1b2c3);
});
