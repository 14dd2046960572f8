import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createWorkWatch, type WorkKind, type WorkWatch } from "../../../adapters/work-watch/create-work-watch.ts";
import { openTestDatabase } from "../../api/test-database.ts";
import { addSites } from "../database/snapshots.ts";

const KINDS = [
  "commands",
  "batches",
  "commandEvents",
  "emergencies",
  "decisions",
  "deliveries",
  "serviceTokens",
] as const;
const NEVER_BY_ITSELF_MS = 2_000_000_000;

let database: Database;
let dispose: () => Promise<void>;
let watch: WorkWatch;
let told: WorkKind[] = [];
let isOpen = true;
let nowMs = 0;

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
  await addSites(database, 1);
  watch = createWorkWatch({
    database: {
      query: (text, values, options) =>
        isOpen ? database.query(text, values, options) : Promise.reject(new Error("the database is away")),
    },
    clock: () => nowMs,
    lookMs: NEVER_BY_ITSELF_MS,
  });
  for (const kind of KINDS) watch.of(kind).onWork(() => told.push(kind));
});
afterAll(async () => {
  watch?.close();
  await dispose();
});
beforeEach(async () => {
  await quiet();
});

async function look(): Promise<readonly WorkKind[]> {
  told = [];
  await watch.look();
  return told;
}

/** Everybody has been told of what there was, and once more. */
async function quiet(): Promise<void> {
  await watch.look();
  await watch.look();
  expect(await look()).toEqual([]);
}

const COMMAND = `insert into command (site_id, kind, args, requested_by, expires_in_s, expires_at, state)
  values (1, 'reset_alarm', '{}', 'li', 60, clock_timestamp() + interval '1 minute', 'queued') returning id`;
const BATCH = `insert into command_batch (kind, args, waves, pause_s, requested_by, confirmation, expires_in_s, state)
  values ('reset_alarm', '{}', '[]', 0, 'li', 'once', 60, 'running')`;
const INTAKE = "insert into notification_intake (alarm_id, revision, document) values ('a', 1, '{}')";
const DELIVERY = `insert into notification_delivery (key, subject, transition, channel, recipient_id, priority, fallbacks, document)
  values ('k', 's', 't', 'webhook', gen_random_uuid(), 1, '{}', '{}')`;

test.for<{ kind: WorkKind; comes: string; goes: string }>([
  { kind: "commands", comes: COMMAND, goes: "update command set state = 'cancelled', ended_at = clock_timestamp()" },
  {
    kind: "batches",
    comes: BATCH,
    goes: "update command_batch set state = 'done', ended_at = clock_timestamp()",
  },
  { kind: "decisions", comes: INTAKE, goes: "update notification_intake set decided_at = clock_timestamp()" },
  {
    kind: "deliveries",
    comes: DELIVERY,
    goes: "update notification_delivery set next_try_at = clock_timestamp() + interval '1 hour'",
  },
])("tells of $kind while there are some, and once after", async ({ kind, comes, goes }) => {
  await database.query(comes);
  expect(await look()).toEqual([kind]);
  expect(await look()).toEqual([kind]);
  await database.query(goes);
  expect(await look()).toEqual([kind]);
  expect(await look()).toEqual([]);
});

const TOKEN = `insert into service_token (id, name, token_hash, permissions, created_by, expires_at)
  select gen_random_uuid(), name, decode(md5(name), 'hex'), '{}', 'li', now() + interval '1 day' from unnest($1::text[]) name`;

test("tells that tokens were made or revoked, also by a process whose clock is behind", async () => {
  await database.query(TOKEN, [["one", "two"]]);
  expect(await look()).toEqual(["serviceTokens"]);
  await quiet();
  await database.query("update service_token set revoked_at = now() where name = 'one'");
  expect(await look()).toEqual(["serviceTokens"]);
  await quiet();
  await database.query("update service_token set revoked_at = now() - interval '1 hour' where name = 'two'");
  expect(await look()).toEqual(["serviceTokens"]);
});

test("tells that something has happened to a command, once and once more", async () => {
  const [row] = await database.query("select id from command limit 1");
  await database.query("insert into command_event (command_id, state, made_by) values ($1, 'verified', 'system')", [
    row?.["id"],
  ]);
  expect(await look()).toEqual(["commandEvents"]);
  expect(await look()).toEqual(["commandEvents"]);
  expect(await look()).toEqual([]);
});

test("tells that a site was stopped as an emergency, and that it was reset", async () => {
  await database.query("insert into emergency_stop (site_id, reason, requested_by) values (1, 'smoke', 'li')");
  expect(await look()).toEqual(["emergencies"]);
  await quiet();
  await database.query("update emergency_stop set reset_at = now(), reset_by = 'li', reset_reason = 'over'");
  expect(await look()).toEqual(["emergencies"]);
});

test("tells everybody at each look while the database is away, and when it is back", async () => {
  isOpen = false;
  expect(await look()).toEqual(KINDS);
  expect(await look()).toEqual(KINDS);
  isOpen = true;
  expect(await look()).toEqual(KINDS);
  await quiet();
});

test("tells everybody every half minute, whatever it has seen", async () => {
  nowMs += 29_999;
  expect(await look()).toEqual([]);
  nowMs += 1;
  expect(await look()).toEqual(KINDS);
  expect(await look()).toEqual([]);
});

test("tells nobody any more who has had enough", async () => {
  let times = 0;
  const stop = watch.of("batches", "decisions").onWork(() => {
    times += 1;
  });
  await database.query("update notification_intake set decided_at = null");
  await watch.look();
  stop();
  await watch.look();
  expect(times).toBe(1);
  await database.query("update notification_intake set decided_at = clock_timestamp()");
});
