import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { tableAfter } from "./markdown-table.ts";

const document = readFileSync("docs/data.md", "utf8");
const classes = tableAfter(document, "## Classes").map(([number]) => number);
const namesIn = (heading: string) =>
  tableAfter(document, heading).flatMap(([number = "", names = ""]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => ({ number, name })),
  );
const tables = namesIn("### Tables");

/** Every table that a migration makes; a shape is only what others are made like, and partitions belong to their table. */
function tablesOfMigrations(): string[] {
  const text = globSync("migrations/*.sql")
    .sort()
    .map((file) => readFileSync(file, "utf8").split(/^-- *down migration/im, 1)[0] ?? "")
    .map((text) => text.replace(/--.*$/gm, ""))
    .join("\n");
  const made = [...text.matchAll(/\bcreate table (?:if not exists )?(?!if\b)([a-z\d_.]+)/gi)].map(
    ([, name = ""]) => name,
  );
  const dropped = [...text.matchAll(/^drop table (?:if exists )?([a-z\d_.]+)/gim)].map(([, name = ""]) => name);
  return [...new Set(made)].filter((name) => !name.endsWith("_shape") && !dropped.includes(name)).sort();
}

test("every table has one class, and what is listed is there", () => {
  const made = tablesOfMigrations();
  expect(made.length).toBeGreaterThan(20);
  expect(tables.map(({ name }) => name).sort()).toEqual(made);
});

test("every class says what protects it", () => {
  const rules = tableAfter(document, "## What protects each");
  expect(rules.map(([number]) => number)).toEqual(classes);
  for (const cells of rules) expect(cells.filter((cell) => cell === "")).toEqual([]);
  for (const { number } of tables) expect(classes).toContain(number);
});

test("every file that the source makes in DATA_DIR has a class", () => {
  const listed = namesIn("### Files of `DATA_DIR`").map(({ name }) => name);
  const source = globSync(["*.ts", "{adapters,api,scripts}/**/*.ts"]).map((file) => readFileSync(file, "utf8"));
  const joins = source.flatMap((text) => [
    ...text.matchAll(/\bjoin\((?:config\.|options\.|parts\.)?dataDir, "([^"]+)"(?:, "([^"]+)")?/g),
  ]);
  const made = [...new Set(joins.map(([, first = "", second]) => (second ? `${first}/${second}` : first)))];
  expect(made.length).toBeGreaterThan(4);
  const isListed = (name: string) => listed.some((one) => name === one || name.startsWith(`${one}/`));
  // A lock holds the number of a process.
  expect(made.filter((name) => !isListed(name) && path.extname(name) !== ".lock")).toEqual([]);
});

test("sealed columns are in tables that the document knows", () => {
  const known = tables.map(({ name }) => name);
  expect(Object.values(SEALED_COLUMNS).filter(({ table }) => !known.includes(table))).toEqual([]);
});
