import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAuditTrail } from "../../../adapters/audit/audit-trail.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { FENCE_SQL, takeLease } from "../../../adapters/leases/lease-store.ts";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { boxFor, SEALED_COLUMNS } from "../../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";
import { createAddressGuard } from "../../../adapters/webhooks/address-guard.ts";
import { createWebhooks, type Webhooks, type WebhooksOptions } from "../../../adapters/webhooks/create-webhooks.ts";
import type { EventName } from "../../../domain/webhooks/event-kinds.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { answer, FAULTS, RECEIVER_HOST, type Receiver, startReceiver } from "./receiver.ts";

const LEASE = "scheduler";
const PATIENCE = { timeout: 20_000, interval: 20 };

describe.for(ENGINES)("webhooks on $name", { timeout: 60_000 }, ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  const key = randomBytes(32);
  const running: Webhooks[] = [];
  const receivers: Receiver[] = [];
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
  }, 60_000);
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (isMissing) return;
    await database.query("delete from webhook");
    await database.query("update webhook_source set seq = null");
  });
  afterEach(async () => {
    for (const webhooks of running.splice(0)) await webhooks.close();
    for (const receiver of receivers.splice(0)) await receiver.close();
  });

  async function newReceiver(): Promise<Receiver> {
    const receiver = await startReceiver();
    receivers.push(receiver);
    return receiver;
  }

  /** A process that holds the lease, unless it is told that it holds none. */
  async function start(holder: string, own: Partial<WebhooksOptions> & { holdsLease?: boolean } = {}) {
    const { holdsLease = true, ...options } = own;
    let token: number | null = null;
    if (holdsLease) {
      await database.query("update lease set expires_at = clock_timestamp() where name = $1", [LEASE]);
      token = await takeLease(database, LEASE, holder, 600_000);
    }
    const box = createSecretBox(key, null);
    const log = recordedLog();
    const webhooks = createWebhooks({
      database,
      sealers: { url: boxFor(box, SEALED_COLUMNS.webhookUrl), secret: boxFor(box, SEALED_COLUMNS.webhookSecret) },
      lease: { name: LEASE, holder, fenceSql: FENCE_SQL, token: () => token },
      guard: createAddressGuard({ allow: blockListOf([RECEIVER_HOST]), forbidden: () => new Set() }),
      log,
      lookMs: 50,
      timeLimitMs: 500,
      ...options,
    });
    running.push(webhooks);
    return Object.assign(webhooks, { written: log });
  }

  async function add(webhooks: Webhooks, name: string, url: string, events: EventName[] = ["site.changed"]) {
    const made = await webhooks.create({ name, url, events, isEnabled: true }, "admin");
    if (typeof made === "string") throw new Error(made);
    return made;
  }
  const trail = () => createAuditTrail({ database, log: recordedLog() });
  const audit = (action: string, target = "site-001", outcome: "done" | "refused" = "done") =>
    trail().record({ actorKind: "user", actor: "ann", action, target, outcome, detail: { after: { name: "B" } } });
  /** The courier begins with what comes after its first look. */
  const begun = () =>
    vi.waitFor(async () => {
      const [row] = await database.query("select seq from webhook_source");
      expect(row?.["seq"]).not.toBeNull();
    }, PATIENCE);
  const logOf = async (webhooks: Webhooks, id: string) => (await webhooks.log(id, 100, null)).items;
  const soon = () =>
    database.query("update webhook_delivery set next_try_at = clock_timestamp() where state = 'waiting'");

  it("tells those who asked for a kind of event, signed, once, and only of what was done", async () => {
    const [sites, people] = [await newReceiver(), await newReceiver()];
    const webhooks = await start("one");
    await begun();
    const hook = await add(webhooks, "sites", `${sites.url}/in?token=x`);
    await add(webhooks, "people", people.url, ["user.changed", "flows.deployed"]);
    await audit("site:update", "site-007");
    await audit("session:sign-in");
    await audit("site:update", "site-008", "refused");
    await audit("user:create", "bob");
    await vi.waitFor(() => expect([sites.received.length, people.received.length]).toEqual([1, 1]), PATIENCE);
    const [got] = sites.received;
    expect(new Verifier(hook.secret).verify(got?.body ?? "", { ...got?.headers })).toEqual({
      type: "site.changed",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { action: "site:update", target: "site-007", by: "ann", changed: ["name"] },
    });
    expect(got?.path).toBe("/in?token=x");
    expect(JSON.parse(people.received[0]?.body ?? "")).toMatchObject({ type: "user.changed", data: { target: "bob" } });
    await vi.waitFor(async () => expect((await logOf(webhooks, hook.id))[0]?.state).toBe("delivered"), PATIENCE);
    expect(await logOf(webhooks, hook.id)).toMatchObject([
      { attempts: 1, status: 204, outcome: "delivered", nextTryAt: null },
    ]);
    await sleep(200);
    expect([sites.received.length, people.received.length]).toEqual([1, 1]);
  });

  it("what happened while nobody sent is told afterwards; what was before the first start is not", async () => {
    await audit("site:update", "long-ago");
    const first = await start("one");
    await begun();
    await first.close();
    const receiver = await newReceiver();
    await add(first, "sites", receiver.url);
    await audit("site:update", "meanwhile");
    await start("two");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
    expect(JSON.parse(receiver.received[0]?.body ?? "").data.target).toBe("meanwhile");
  });

  it("of several processes one sends, and none without the lease", async () => {
    const receiver = await newReceiver();
    const onlooker = await start("onlooker", { holdsLease: false });
    await start("former");
    const active = await start("active");
    await begun();
    const hook = await add(onlooker, "sites", receiver.url);
    for (let n = 0; n < 20; n += 1) await audit("site:update", `site-${n}`);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(20), PATIENCE);
    await sleep(300);
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    expect([ids.length, new Set(ids).size]).toEqual([20, 20]);
    expect((await active.list())[0]).toMatchObject({ id: hook.id, waiting: 0, failuresInRow: 0 });
  });

  it.for(["hang", "drop after accept", "500", "redirect"] as const)(
    "a receiver that answers with %s is tried again with the same id, until it takes the event",
    async (fault) => {
      const receiver = await newReceiver();
      const webhooks = await start("one");
      const hook = await add(webhooks, "sites", receiver.url);
      const faulty =
        fault === "500" ? answer(500) : fault === "redirect" ? answer(302, { location: "/x" }) : FAULTS[fault];
      receiver.behave(faulty);
      const eventId = await webhooks.test(hook.id, "ann");
      await vi.waitFor(async () => expect((await webhooks.find(hook.id))?.failuresInRow).toBe(1), PATIENCE);
      const [failed] = await logOf(webhooks, hook.id);
      const words = { hang: "timeout", "drop after accept": "connection", "500": "bad-status", redirect: "redirect" };
      expect(failed).toMatchObject({ eventId, state: "waiting", attempts: 1, outcome: words[fault] });
      expect(Date.parse(failed?.nextTryAt ?? "")).toBeGreaterThan(Date.now() + 1_000);
      receiver.behave(answer(200));
      await soon();
      await vi.waitFor(async () => expect((await logOf(webhooks, hook.id))[0]?.state).toBe("delivered"), PATIENCE);
      expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([eventId, eventId]);
      expect(await webhooks.find(hook.id)).toMatchObject({ failuresInRow: 0, lastOutcome: { outcome: "delivered" } });
    },
  );

  it("a dead receiver delays no other", async () => {
    const [dead, alive] = [await newReceiver(), await newReceiver()];
    dead.behave(FAULTS.hang);
    const webhooks = await start("one", { timeLimitMs: 60_000 });
    await begun();
    const hook = await add(webhooks, "a-dead", dead.url);
    await add(webhooks, "b-alive", alive.url);
    for (let n = 0; n < 5; n += 1) await audit("site:update", `site-${n}`);
    await vi.waitFor(() => expect(alive.received).toHaveLength(5), PATIENCE);
    expect(dead.received).toHaveLength(1);
    expect(await webhooks.find(hook.id)).toMatchObject({ waiting: 5, lastOutcome: null });
  });

  it("an event is given up after a day, a log line is kept for 30 days", async () => {
    const receiver = await newReceiver();
    receiver.behave(answer(503));
    const webhooks = await start("one");
    const hook = await add(webhooks, "sites", receiver.url);
    await webhooks.test(hook.id, "ann");
    await vi.waitFor(async () => expect((await logOf(webhooks, hook.id))[0]?.attempts).toBe(1), PATIENCE);
    await database.query("update webhook_delivery set created_at = created_at - interval '24 hours'");
    await soon();
    await vi.waitFor(
      async () => expect((await logOf(webhooks, hook.id))[0]).toMatchObject({ state: "expired", attempts: 2 }),
      PATIENCE,
    );
    await webhooks.close();
    await database.query("update webhook_delivery set created_at = created_at - interval '30 days'");
    await start("two");
    await vi.waitFor(async () => expect(await logOf(webhooks, hook.id)).toEqual([]), PATIENCE);
  });

  it("a webhook that is switched off is told nothing; one that is removed leaves nothing", async () => {
    const receiver = await newReceiver();
    const webhooks = await start("one");
    await begun();
    const hook = await add(webhooks, "sites", receiver.url);
    await webhooks.change(hook.id, { isEnabled: false });
    await audit("site:update");
    const later = await add(webhooks, "later", receiver.url, ["user.changed"]);
    await audit("user:update", "bob");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
    expect(await logOf(webhooks, hook.id)).toEqual([]);
    expect(await webhooks.remove(later.id)).toBe(true);
    expect(await database.query("select id from webhook_delivery")).toEqual([]);
  });

  it("blobs that were swapped between two webhooks send nothing anywhere", async () => {
    const [one, two] = [await newReceiver(), await newReceiver()];
    const webhooks = await start("one");
    const [first, second] = [await add(webhooks, "first", one.url), await add(webhooks, "second", two.url)];
    await database.query("update webhook set secret = other.secret from webhook other where other.id <> webhook.id");
    await webhooks.test(first.id, "ann");
    await vi.waitFor(async () => expect((await logOf(webhooks, first.id))[0]?.outcome).toBe("unreadable"), PATIENCE);
    await database.query("update webhook set url = other.url from webhook other where other.id <> webhook.id");
    await expect(webhooks.find(second.id)).rejects.toMatchObject({ code: "secret.unreadable" });
    expect([one.received.length, two.received.length]).toEqual([0, 0]);
    expect(webhooks.written.texts("warn")).toContain("a webhook cannot be opened with the keys that are here");
  });

  it("nothing of address or secret is in the tables", async () => {
    const receiver = await newReceiver();
    const webhooks = await start("one");
    const hook = await add(webhooks, "sites", `${receiver.url}/canary-in-path`);
    await webhooks.test(hook.id, "ann");
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
    const rows = await database.query(
      "select row_to_json(w)::text as w, row_to_json(d)::text as d from webhook w, webhook_delivery d",
    );
    const text = JSON.stringify(rows);
    expect(text).toContain(hook.id);
    for (const canary of ["canary-in-path", receiver.url, hook.secret, hook.secret.slice(6)])
      expect(text).not.toContain(canary);
  });

  it("a name counts once, and there are 50 at most", async () => {
    const webhooks = await start("one");
    const entry = { url: "https://example.com/", events: ["site.changed" as const], isEnabled: true };
    for (let n = 0; n < 50; n += 1) await webhooks.create({ ...entry, name: `hook ${n}` }, "admin");
    expect(await webhooks.create({ ...entry, name: "one more" }, "admin")).toBe("too-many");
    expect(await webhooks.change((await webhooks.list())[0]?.id ?? "", { name: "hook 7" })).toBe("name-taken");
    await webhooks.remove((await webhooks.list())[0]?.id ?? "");
    expect(await webhooks.create({ ...entry, name: "hook 7" }, "admin")).toBe("name-taken");
  });
});
