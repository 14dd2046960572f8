import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { updateAccount } from "../../../adapters/security/account-repository.ts";
import { createAccounts } from "../../../adapters/security/create-accounts.ts";
import { createSecondFactor } from "../../../adapters/security/second-factor.ts";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";
import type { AuditEntry } from "../../../domain/access/audit-entry.ts";
import type { PersonChange } from "../../../domain/access/person.ts";
import { openTestDatabase } from "../../api/test-database.ts";

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
let people: ReturnType<typeof createAccounts>["people"];
const recorded: AuditEntry[] = [];
const noted: AuditEntry[] = [];

beforeAll(async () => {
  opened = await openTestDatabase();
  const { database } = opened;
  people = createAccounts({
    database,
    audit: { record: async (entry) => void recorded.push(entry), note: (entry) => void noted.push(entry) },
    secondFactor: createSecondFactor(database, createSecretBox(Buffer.alloc(32), null), Date.now),
    passwordPolicy: () => ({ minLength: 12 }),
    usernamesOnline: () => new Set(["left"]),
    clock: Date.now,
  }).people;
});
beforeEach(async () => {
  recorded.length = 0;
  noted.length = 0;
  await opened.database.query("delete from user_account");
  await opened.database.query(
    `insert into user_account (username, password_hash, role, disabled, scope) values
      ('left', '!', 'admin', false, null), ('right', '!', 'admin', false, null), ('asleep', '!', 'admin', true, null),
      ('limited', '!', 'admin', false, '{"regions": ["north"], "zones": [], "sites": []}'), ('viewer', '!', 'viewer', false, null)`,
  );
});
afterAll(() => opened.dispose());

/** A session of somebody who is no administrator any more, for the second until that is read. */
const GHOST = { username: "ghost", address: "192.0.2.7" };
const change = (username: string, wanted: PersonChange, by = GHOST) => people.change(username, wanted, by);

async function inCharge(): Promise<unknown[]> {
  const text = "select username from user_account where role = 'admin' and not disabled and scope is null order by 1";
  return (await opened.database.query(text)).map(({ username }) => username);
}

test.for<{ name: string; wanted: PersonChange }>([
  { name: "disabled", wanted: { isDisabled: true } },
  { name: "demoted", wanted: { role: "engineer" } },
  { name: "demoted and limited", wanted: { role: "operator", scope: { regions: [], zones: [], sites: ["site-001"] } } },
])(
  "the last administrator in charge cannot be $name: neither a disabled nor a limited one stands in",
  async ({ wanted }) => {
    await change("right", wanted);
    expect(await inCharge()).toEqual(["left"]);
    recorded.length = 0;
    await expect(change("left", wanted)).rejects.toMatchObject({ code: "user.last-admin" });
    expect(await inCharge()).toEqual(["left"]);
    expect(recorded).toEqual([]);
    await change("left", { role: "admin", unlock: true });
  },
);

test("of two who take each other's charge at once, one is refused, whatever the order", async () => {
  const ways: PersonChange[] = [{ isDisabled: true }, { role: "viewer" }];
  for (let round = 0; round < 20; round += 1) {
    await opened.database.query(
      "update user_account set role = 'admin', disabled = false where username in ('left', 'right')",
    );
    const [first = {}, second = {}] = round % 2 === 0 ? ways : ways.toReversed();
    const results = await Promise.allSettled([
      change("left", first, { ...GHOST, username: "right" }),
      change("right", second, { ...GHOST, username: "left" }),
    ]);
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "user.last-admin" } }]);
    expect(await inCharge()).toHaveLength(1);
  }
  // Whoever came too late after the audit line was written is in the trail as failed.
  expect(noted.every(({ outcome }) => outcome === "failed")).toBe(true);
});

test("the statement itself decides, when both were counted before either was made", async () => {
  for (let round = 0; round < 4; round += 1) {
    await opened.database.query(
      "update user_account set role = 'admin', disabled = false where username in ('left', 'right')",
    );
    const rows = "select from user_account where username in ('left', 'right') order by id for update";
    // Both statements begin while somebody holds the rows, and go on at the same time.
    const held = opened.database.transaction([{ text: rows }, { text: "select pg_sleep(0.3)" }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ways = [{ isDisabled: true }, { role: "viewer" } as const];
    const results = await Promise.all(
      ["left", "right"].map((username, place) => {
        const wanted = { passwordHash: null, removeTotp: false, unlock: false, ...ways[(place + round) % 2] };
        return updateAccount(opened.database, username, wanted, Date.now());
      }),
    );
    await held;
    expect(results.filter((account) => account === null)).toHaveLength(1);
    expect(await inCharge()).toHaveLength(1);
  }
});

test("two administrators who change different things of one person do not undo each other", async () => {
  await Promise.all([
    change("viewer", { role: "operator" }),
    change("viewer", { scope: { regions: ["north"], zones: [], sites: [] } }),
    change("viewer", { isDisabled: true }),
  ]);
  expect(await people.read("viewer")).toMatchObject({
    role: "operator",
    scope: { regions: ["north"], zones: [], sites: [] },
    isDisabled: true,
  });
});

test("who is on line is shown", async () => {
  const { items, total } = await people.list({ search: "", after: null, limit: 10 });
  expect(total).toBe(5);
  expect(items.filter(({ isOnline }) => isOnline).map(({ username }) => username)).toEqual(["left"]);
});
