import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { findComplaints, openRows } from "./asvs-complaints.ts";

/** How many requirements are adopted and not shown. A row that is shown now makes it smaller: nothing makes it larger. */
const OPEN_ROWS = 0;

const readFile = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : null);
const requirements: unknown = parse(readFileSync("docs/asvs.yaml", "utf8"));

test("each adopted requirement has its row, and each row what it names", () => {
  expect(findComplaints(requirements, readFile)).toEqual([]);
});

test("no more requirements are open than were known", () => {
  expect(openRows(requirements)).toHaveLength(OPEN_ROWS);
});

const SOURCE = `
// test("a title in a comment", () => {});
describe.skip("what nobody runs", () => {});
test("says \\"so\\" in its title", () => { expect("a text in its body").toBe(1); });
test.for([{ name: "a row of the list" }])(
  "is refused: $name", () => {});
describe.skipIf(isMissing)("where there is a server", () => {});
`;
const FILES: Record<string, string> = {
  "test/a.test.ts": SOURCE,
  "docs/a.md": "What must be\nwritten down.",
  "docs/security.md": "### Accepted risks\n\n- **1.9.1, something**: so it is.\n\n## More\n\n**1.9.2** is elsewhere.",
};
const readPlanted = (file: string) => FILES[file] ?? null;

function aRow(over: object = {}) {
  const tests = [{ file: "test/a.test.ts", name: "is refused: $name" }];
  return { id: "1.1.1", level: 1, asks: "something good", tests, ...over };
}

/** A list of two requirements, 1.1.1 and 1.10.2 (level 3), with a first row changed. */
function planted(over: object = {}, second: readonly object[] = [aRow({ id: "1.10.2", level: 3 })]) {
  return { adopted: { upToLevel2: { "1.1": [1] }, level3: ["1.10.2"] }, rows: [aRow(over), ...second] };
}

const known = {
  id: "1.9.1",
  level: 2,
  asks: "something better",
  reason: "it costs more than it gives, because of this and that",
};
const without = (over: object) => ({ ...planted(), notAdopted: [{ ...known, ...over }] });

const called = (name: string) => ({ tests: [{ file: "test/a.test.ts", name }] });

test.for([
  { name: "a test of a list", over: {} },
  { name: "a title with quotes", over: called('says "so" in its title') },
  { name: "a group that needs a server", over: called("where there is a server") },
  {
    name: "words over a line's end",
    over: { tests: undefined, documented: [{ file: "docs/a.md", words: "be written" }] },
  },
  { name: "a reason", over: { tests: undefined, notApplicable: "no XML" } },
  {
    name: "a test, and words beside",
    over: { id: "1.1.1", documented: [{ file: "docs/a.md", words: "be written" }] },
  },
])("nothing is said of a list with $name", ({ over }) => {
  expect(findComplaints(planted(over), readPlanted)).toEqual([]);
});

test("nothing is said of a requirement that is not met, when it has a reason and stands among the risks", () => {
  expect(findComplaints(without({}), readPlanted)).toEqual([]);
});

test.for([
  { name: "without a reason", list: without({ reason: "too hard" }), says: "notAdopted.0.reason" },
  { name: "that nobody is told of", list: without({ id: "1.9.2" }), says: "1.9.2: docs/security.md does not name it" },
  { name: "that has a row", list: without({ id: "1.1.1" }), says: "1.1.1: has a row" },
])("a requirement that is not met, $name, is complained about", ({ list, says }) => {
  expect(findComplaints(list, readPlanted).join("\n")).toContain(says);
});

test.for([
  {
    name: "a file that is not there",
    list: planted({ tests: [{ file: "test/b.test.ts", name: "is refused" }] }),
    says: "1.1.1: there is no test/b.test.ts",
  },
  { name: "a title that no test has", list: planted(called("is accepted")), says: 'is called "is accepted"' },
  { name: "a text of a test's body", list: planted(called("a text in its body")), says: "no test of" },
  { name: "a row of a test's list", list: planted(called("a row of the list")), says: "no test of" },
  { name: "a title in a comment", list: planted(called("a title in a comment")), says: "no test of" },
  { name: "a test that is skipped", list: planted(called("what nobody runs")), says: "no test of" },
  {
    name: "a file that is no test",
    list: planted({ tests: [{ file: "docs/a.md", name: "What must be" }] }),
    says: "rows.0.tests.0.file",
  },
  {
    name: "words that stand nowhere",
    list: planted({ tests: undefined, documented: [{ file: "docs/a.md", words: "something else" }] }),
    says: 'docs/a.md does not say "something else"',
  },
  {
    name: "words in place of a test",
    list: planted({}, [
      aRow({ id: "1.10.2", level: 3, tests: undefined, documented: [{ file: "docs/a.md", words: "What must be" }] }),
    ]),
    says: "1.10.2: asks for more than documentation",
  },
  { name: "two kinds at once", list: planted({ open: "a test is missing" }), says: "1.1.1: needs one of" },
  { name: "nothing to show", list: planted({ tests: undefined }), says: "1.1.1: needs one of" },
  { name: "an empty list of tests", list: planted({ tests: [] }), says: "rows.0.tests" },
  { name: "another key", list: planted({ todo: "later on" }), says: "rows.0" },
  { name: "a requirement without a row", list: planted({}, []), says: "1.10.2: has no row" },
  {
    name: "a row twice",
    list: planted({}, [aRow(), aRow({ id: "1.10.2", level: 3 })]),
    says: "1.1.1: stands after 1.1.1",
  },
  {
    name: "rows out of order",
    list: planted({ id: "1.10.2", level: 3 }, [aRow()]),
    says: "1.1.1: stands after 1.10.2",
  },
  {
    name: "a row that was not adopted",
    list: planted({}, [aRow({ id: "1.2.1" }), aRow({ id: "1.10.2", level: 3 })]),
    says: "1.2.1: was not adopted",
  },
  { name: "another level", list: planted({ level: 3 }), says: "1.1.1: level 3 is not the one" },
])("a list with $name is complained about", ({ list, says }) => {
  const complaints = findComplaints(list, readPlanted);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toContain(says);
});
