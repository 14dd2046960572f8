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
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(renewed);
  expect(await read(null)).toEqual(renewed);
  expect(await loadedBy("present", renewed)).toEqual(CREDENTIALS.a1b2c3);
});
