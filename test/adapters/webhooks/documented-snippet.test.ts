import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newWebhookSecret, signatureHeaders } from "../../../adapters/webhooks/signature.ts";
import { EVENT_NAMES } from "../../../domain/webhooks/event-kinds.ts";

const MANUAL = readFileSync(path.resolve("docs/webhooks.md"), "utf8");
const BODY = '{"type":"site.changed","data":{"target":"站点-1"}}';
type Verify = (secret: string, headers: Record<string, string>, body: string) => unknown;
let verifyWebhook: Verify;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-snippet-"));
  const code = /<!-- tested: verify-webhook -->\s*```js\n([\s\S]*?)```/.exec(MANUAL)?.[1] ?? "";
  const file = path.join(folder, "verify.mjs");
  writeFileSync(file, code);
  ({ verifyWebhook } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { verifyWebhook: Verify });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the documented lines take what the platform sends, and refuse what it did not", () => {
  const secret = newWebhookSecret();
  const nowS = Math.floor(Date.now() / 1000);
  const good = { ...signatureHeaders(secret, "id-1", nowS, BODY) };
  expect(verifyWebhook(secret, good, BODY)).toEqual(JSON.parse(BODY));
  const rotated = { ...good, "webhook-signature": `v1,AAAA ${good["webhook-signature"]}` };
  expect(verifyWebhook(secret, rotated, BODY)).toEqual(JSON.parse(BODY));
  const refused = (headers: Record<string, string>, body = BODY, key = secret) =>
    expect(() => verifyWebhook(key, headers, body)).toThrow();
  refused(good, BODY.replace("1", "2"));
  refused(good, BODY, newWebhookSecret());
  refused({ ...good, "webhook-id": "id-2" });
  refused({ ...good, "webhook-timestamp": "NaN" });
  refused({ ...signatureHeaders(secret, "id-1", nowS - 400, BODY) });
  refused({ ...good, "webhook-signature": "" });
  refused({});
});

test("every kind of event is in the manual", () => {
  for (const name of EVENT_NAMES) expect(MANUAL).toContain(`| \`${name}\``);
});
