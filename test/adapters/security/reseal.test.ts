import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { resealAll } from "../../../adapters/security/reseal.ts";
import { placeOf, SEALED_COLUMNS, type SealedColumn } from "../../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";
import { openTestDatabase } from "../../api/test-database.ts";

const [newKey, oldKey] = [randomBytes(32), randomBytes(32)];
const before = createSecretBox(oldKey, null);
const during = createSecretBox(newKey, oldKey);
const after = createSecretBox(newKey, null);
const { totpSecret, webhookSecret, webhookUrl } = SEALED_COLUMNS;
const PEOPLE = 450;

let database: Database;
let dispose: () => Promise<void>;
let ids: string[];

beforeAll(async () => {
  ({ database, dispose } = await openTestDatabase());
});
afterAll(() => dispose());

beforeEach(async () => {
  await database.query("delete from user_account");
  await database.query("delete from webhook");
  const made = await database.query(
    `insert into user_account (username, password_hash, role)
     select 'person-' || n, 'x', 'viewer' from generate_series(1, ${PEOPLE}) as n returning id`,
  );
  ids = made.map((row) => String(row["id"]));
  for (const id of ids) await writeTotp(id, before.seal(`totp-${id}`, placeOf(totpSecret, id)));
  const hook = randomUUID();
  await database.query(
    "insert into webhook (id, name, url, events, secret, created_by) values ($1, 'one', $2, '{site.changed}', $3, 'admin')",
    [
      hook,
      before.seal("https://example.com/x", placeOf(webhookUrl, hook)),
      before.seal("whsec_x", placeOf(webhookSecret, hook)),
    ],
  );
});

test("seals every column anew; the former key is not needed any more, and a second run finds nothing to do", async () => {
  expect(await resealAll(database, during)).toEqual({ checked: PEOPLE + 2, resealed: PEOPLE + 2, unreadable: 0 });
  for (const column of Object.values<SealedColumn>(SEALED_COLUMNS)) {
    for (const { row, blob } of await blobsOf(column)) expect(after.open(blob, placeOf(column, row))).toBeTruthy();
  }
  expect(await resealAll(database, during)).toEqual({ checked: PEOPLE + 2, resealed: 0, unreadable: 0 });
});

test("with the new key alone nothing could be read before", async () => {
  for (const { row, blob } of await blobsOf(totpSecret)) {
    expect(() => after.open(blob, placeOf(totpSecret, row))).toThrow(
      expect.objectContaining({ code: "secret.unreadable" }),
    );
  }
});

test("no read fails while it runs, and nothing that is changed meanwhile is lost", async () => {
  let isOver = false;
  let reads = 0;
  const failed: string[] = [];
  const changed = new Map<string, string>();
  const reader = async () => {
    while (!isOver) {
      const id = ids[Math.floor(Math.random() * ids.length)] ?? "";
      const [row] = await database.query("select totp_secret from user_account where id = $1::int", [id]);
      reads += 1;
      try {
        during.open(String(row?.["totp_secret"]), placeOf(totpSecret, id));
      } catch {
        failed.push(id);
      }
    }
  };
  const writer = async () => {
    for (let n = 0; !isOver; n += 1) {
      const id = ids[(n * 37) % ids.length] ?? "";
      await writeTotp(id, during.seal(`changed-${n}`, placeOf(totpSecret, id)));
      changed.set(id, `changed-${n}`);
    }
  };
  const load = [reader(), reader(), writer()];
  const report = await resealAll(database, during).finally(() => {
    isOver = true;
  });
  await Promise.all(load);
  expect(report.unreadable).toBe(0);
  expect(reads).toBeGreaterThan(50);
  expect(failed).toEqual([]);
  for (const { row, blob } of await blobsOf(totpSecret)) {
    expect(after.open(blob, placeOf(totpSecret, row))).toBe(changed.get(row) ?? `totp-${row}`);
  }
});

test("two at once leave the same result", async () => {
  await Promise.all([resealAll(database, during), resealAll(database, during)]);
  for (const { row, blob } of await blobsOf(totpSecret)) {
    expect(after.open(blob, placeOf(totpSecret, row))).toBe(`totp-${row}`);
  }
});

test("blobs that were swapped between two rows open at neither, and stay as they are", async () => {
  const [first = "", second = ""] = ids;
  const blobs = new Map((await blobsOf(totpSecret)).map(({ row, blob }) => [row, blob]));
  await writeTotp(first, blobs.get(second) ?? "");
  await writeTotp(second, blobs.get(first) ?? "");
  expect((await resealAll(database, during)).unreadable).toBe(2);
  for (const { row, blob } of await blobsOf(totpSecret)) {
    if (row !== first && row !== second) continue;
    expect(() => during.open(blob, placeOf(totpSecret, row))).toThrow(
      expect.objectContaining({ code: "secret.unreadable" }),
    );
    expect(during.isCurrent(blob)).toBe(false);
  }
});

async function blobsOf({ table, key, column }: SealedColumn): Promise<{ row: string; blob: string }[]> {
  const text = `select ${key}::text as row, ${column} as blob from ${table} where ${column} is not null`;
  return (await database.query(text)).map((row) => ({ row: String(row["row"]), blob: String(row["blob"]) }));
}

async function writeTotp(id: string, blob: string): Promise<void> {
  await database.query("update user_account set totp_secret = $2 where id = $1::int", [id, blob]);
}
