import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createSettingsStore, type SettingsStore } from "../../../adapters/settings/settings-store.ts";
import { DEFAULT_SETTINGS } from "../../../domain/settings/platform-settings.ts";
import { openTestDatabase } from "../../api/test-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";

let database: Database;
let dispose: () => Promise<void>;
const stores: SettingsStore[] = [];

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
});
afterAll(() => dispose());
beforeEach(async () => {
  await database.query("delete from setting where key <> 'revision'");
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function open(log = recordedLog(), source: Pick<Database, "query" | "whenReady"> = database): SettingsStore {
  const store = createSettingsStore({ database: source, log, lookMs: 30 });
  stores.push(store);
  return store;
}

test("nothing stored gives the defaults", async () => {
  const store = open();
  expect(store.current()).toEqual(DEFAULT_SETTINGS);
  expect((await store.read()).settings).toEqual(DEFAULT_SETTINGS);
});

test("a change counts here at once, and in another process within the time of a look", async () => {
  const [here, there] = [open(), open()];
  const heard = vi.fn();
  there.onChange(heard);
  const { revision } = await here.read();
  const notice = { "zh-CN": "仅限授权人员", en: "Authorised persons only\nCall 112" };
  const changed = await here.change({ sessionIdleH: 2, notice }, revision, "admin");
  expect(changed).toEqual({ settings: { ...DEFAULT_SETTINGS, sessionIdleH: 2, notice }, revision: revision + 1 });
  expect(here.current().sessionIdleH).toBe(2);
  await vi.waitFor(() => expect(there.current()).toEqual(changed?.settings));
  expect(heard).toHaveBeenCalledWith(changed?.settings);
  const [row] = await database.query("select updated_by from setting where key = 'notice'");
  expect(row?.["updated_by"]).toBe("admin");
});

test("a notice can be taken away again", async () => {
  const store = open();
  const { revision } = await store.read();
  await store.change({ notice: { "zh-CN": "甲", en: "a" } }, revision, "admin");
  const changed = await store.change({ notice: null }, revision + 1, "admin");
  expect(changed?.settings.notice).toBeNull();
});

test("of changes made on the same state one counts, and no part of the others", async () => {
  const rivals = [open(), open(), open(), open()];
  const { revision } = await (rivals[0] as SettingsStore).read();
  const results = await Promise.all(
    rivals.map((store, n) => store.change({ sessionIdleH: n + 1, organisation: `rival ${n}` }, revision, `rival-${n}`)),
  );
  const winners = results.flatMap((result, n) => (result === null ? [] : [n]));
  expect(winners).toHaveLength(1);
  const [winner = -1] = winners;
  expect((await open().read()).settings).toMatchObject({
    sessionIdleH: winner + 1,
    organisation: `rival ${winner}`,
  });
});

test("a stored value that is not allowed is left out, with a warning; the others count", async () => {
  await database.query(`insert into setting (key, value) values ('passwordMinLength', '3'), ('sessionIdleH', '5')`);
  const log = recordedLog();
  const store = open(log);
  await vi.waitFor(() => expect(store.current()).toEqual({ ...DEFAULT_SETTINGS, sessionIdleH: 5 }));
  expect(log.lines[0]?.facts).toEqual({ settings: ["passwordMinLength"] });
});

test("what was known stands while the database is away, and is read again when it is back", async () => {
  let isAway = false;
  const store = open(recordedLog(), {
    whenReady: () => database.whenReady(),
    query: (...given) => (isAway ? Promise.reject(new Error("away")) : database.query(...given)),
  });
  const { revision } = await store.read();
  await store.change({ sessionIdleH: 9 }, revision, "admin");
  isAway = true;
  await expect(store.read()).rejects.toThrow("away");
  await open().change({ sessionIdleH: 11 }, revision + 1, "admin");
  expect(store.current().sessionIdleH).toBe(9);
  isAway = false;
  await vi.waitFor(() => expect(store.current().sessionIdleH).toBe(11));
});
