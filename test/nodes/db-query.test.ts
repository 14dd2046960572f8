import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerDbQuery from "../../nodes/db-query/db-query.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "./test-platform.ts";

let database: Database;
let platform: TestPlatform;
let node: LoadedNode;
const FIELDS = { type: "db-query", isReadOnly: true, rowLimit: "1000", timeoutMs: "5000" };

beforeAll(async () => {
  database = await openDatabase({
    url: null,
    dataDir: mkdtempSync(path.join(tmpdir(), "antbox-pglite-")),
    log: quietLog,
  });
  await database.whenReady();
  await database.query("create table pump (name text, hours int)");
  await database.query("insert into pump select 'pump ' || n, n from generate_series(1, 30) as n");
  platform = createTestPlatform({ database });
  setPlatform(platform);
});
afterAll(async () => {
  await platform?.close();
  await database?.close();
});
afterEach(() => node?.unload());

const load = async (config: object) => {
  node = await loadNode(registerDbQuery, { ...FIELDS, ...config });
};
const pumps = async () => Number((await database.query("select count(*) as n from pump"))[0]?.["n"]);

test("binds parameters: a quote in one is only text", async () => {
  await load({ sql: "select $1::text as said, hours from pump where hours > $2 order by hours limit 1" });
  await node.receive({ params: ["'; drop table pump; --", 28] });
  expect(node.outputs[0]?.[0]).toMatchObject({
    topic: "rows",
    payload: [{ said: "'; drop table pump; --", hours: 29 }],
    rowCount: 1,
    isTruncated: false,
  });
  expect(await pumps()).toBe(30);
});

test.for([
  { name: "plain", end: "" },
  { name: "with a semicolon", end: " ; " },
  { name: "with a comment at its end", end: " -- the end" },
])("cuts a query $name at the row limit and says so", async ({ end }) => {
  await load({ sql: `select hours from pump order by hours${end}`, rowLimit: "10" });
  await node.receive({});
  expect(node.outputs[0]?.[0]).toMatchObject({ rowCount: 10, isTruncated: true });
  expect(node.outputs[0]?.[0]?.payload).toHaveLength(10);
});

test.for([
  { name: "a change", sql: "delete from pump returning name" },
  { name: "a change in a sub-query", sql: "with gone as (delete from pump returning name) select * from gone" },
  { name: "a change by a function", sql: "select setval(pg_get_serial_sequence('site', 'id'), 999)" },
  { name: "a second statement", sql: "select 1) as q; delete from pump; select * from (select 1" },
  { name: "an end of the transaction", sql: "select 1) as q; commit; delete from pump; select * from (select 1" },
])("read only refuses $name", async ({ sql }) => {
  await load({ sql });
  await node.receive({});
  expect(node.errors).toHaveLength(1);
  expect(node.outputs[0]).toEqual([]);
  expect(await pumps()).toBe(30);
});

test("the refusal bites: without read only the same change is made", async () => {
  await load({ sql: "delete from pump where hours = $1 returning name", isReadOnly: false });
  await node.receive({ params: [30] });
  expect(node.outputs[0]?.[0]?.payload).toEqual([{ name: "pump 30" }]);
  expect(await pumps()).toBe(29);
  await database.query("insert into pump values ('pump 30', 30)");
});

test("a wrong statement reaches the Catch node, and the next message works", async () => {
  await load({ sql: "select $1::int as n" });
  await node.receive({ params: ["no number"] });
  expect(node.errors).toEqual([expect.stringMatching(/invalid input syntax|22P02/)]);
  await node.receive({ params: [5] });
  expect(node.outputs[0]?.[0]?.payload).toEqual([{ n: 5 }]);
});

test.for([
  { params: { $1: 5 }, says: "msg.params must be an array of at most 100 values" },
  { params: new Array(101).fill(1), says: "msg.params must be an array of at most 100 values" },
  { params: [1, { a: 1 }], says: "msg.params[1] must be a text, a number, a boolean, a Date or null" },
])("refuses parameters that are no list of plain values", async ({ params, says }) => {
  await load({ sql: "select 1 as one" });
  await node.receive({ params });
  expect(node.errors).toEqual([expect.stringContaining(says)]);
});

test.for([
  { field: "sql", config: { sql: "  " }, says: "sql: SQL must not be empty" },
  { field: "rowLimit", config: { sql: "select 1", rowLimit: "" }, says: "rowLimit:" },
  {
    field: "rowLimit",
    config: { sql: "select 1", rowLimit: "10001" },
    says: 'rowLimit: Too big: expected number to be <=10000, is "10001"',
  },
  {
    field: "timeoutMs",
    config: { sql: "select 1", timeoutMs: "0.5" },
    says: "timeoutMs: Invalid input: expected int, received number",
  },
  { field: "sql", config: { sql: "$" + "{NOT_SET}" }, says: "not set: $" + "{NOT_SET}" },
])("a bad $field is named at the deploy, and messages are refused", async ({ config, says }) => {
  await load(config);
  expect(node.logged()).toEqual([expect.stringContaining(says)]);
  await node.receive({});
  expect(node.errors).toEqual([expect.stringContaining("db-query settings are wrong")]);
});
