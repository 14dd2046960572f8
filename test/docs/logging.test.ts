import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { auditActionsIn, logLinesIn, sinksIn } from "./log-lines.ts";
import { tableAfter } from "./markdown-table.ts";

/** What runs as the platform. Commands for a terminal (`scripts/`) write to it, and the simulator is no part of it. */
const files = globSync(["*.ts", "{adapters,api,domain,nodes}/**/*.ts"])
  .filter((file) => !/^(?:tsup|vite|vitest)\.config\.ts$/.test(file))
  .sort()
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const HEAD = `# Log lines

Every line that the platform writes to its log, by the source that writes it, and every action of the audit trail that the
source names. \`…\` stands for what is filled in. Where they go, who reads them and how long they are kept:
[logging.md](logging.md). This file is made by \`npx vitest run test/docs/logging.test.ts -u\`.
`;

const cell = (words: readonly string[]) => words.map((word) => word.replaceAll("|", "\\|")).join("<br>");

function listOfLines(): string {
  const lines = files.flatMap(({ file, text }) => logLinesIn(file, text));
  expect(lines.length).toBeGreaterThan(70);
  const rows = lines.map(({ file, level, texts, fields }) => {
    return `| ${level} | ${cell(texts)} | ${fields.map((field) => `\`${field}\``).join(", ")} | \`${file}\` |`;
  });
  const actions = [...new Set(files.flatMap(({ file, text }) => auditActionsIn(file, text)))].sort();
  expect(actions.length).toBeGreaterThan(15);
  return [
    HEAD,
    "## Lines\n",
    "| level | text | fields | source |",
    "| --- | --- | --- | --- |",
    ...rows,
    "\n## Actions of the audit trail\n",
    ...actions.map((action) => `- \`${action}\``),
    "",
  ].join("\n");
}

test("every line that the source logs is in the list, with its fields, and every action of the audit trail", async () => {
  await expect(listOfLines()).toMatchFileSnapshot("../../docs/log-lines.md");
});

test("logs go where the document says, and nowhere else", () => {
  const document = readFileSync("docs/logging.md", "utf8");
  const listed = tableAfter(document, "### What writes").map(([file = "", by = ""]) => ({
    file: file.replaceAll("`", ""),
    by: by.replaceAll("`", "").split(", "),
  }));
  const found = files.map(({ file, text }) => ({ file, by: sinksIn(text) })).filter(({ by }) => by.length > 0);
  expect(listed).toEqual(found);
});

test.for([
  ['log.warn({ code, ...facts }, "gone");', [{ level: "warn", texts: ["gone"], fields: ["code", "…"] }]],
  [`options.log?.error(facts, \`\${n} lost\`);`, [{ level: "error", texts: ["… lost"], fields: ["…"] }]],
  ['this.log.info({}, ok ? "up" : "down");', [{ level: "info", texts: ["up", "down"], fields: [] }]],
  ['{ const text = "said"; log.warn({}, text); }', [{ level: "warn", texts: ["said"], fields: [] }]],
  ["log[level]({ a: 1 }, message);", [{ level: "any", texts: ["…"], fields: ["a"] }]],
  ['catalog.warn({}, "no log"); log.close();', []],
] as const)("a line is seen in %s", ([text, expected]) => {
  expect(logLinesIn("a.ts", text)).toEqual(expected.map((line) => ({ file: "a.ts", ...line })));
});

test("an action is seen, and so is whatever writes by itself", () => {
  expect(auditActionsIn("a.ts", 'note({ action: ok ? "user:create" : "user:update", a: "b:c" })')).toEqual([
    "user:create",
    "user:update",
  ]);
  const text = 'console.log(1); process.stdout.write(""); const a = pino(x);\n// process.stderr';
  expect(sinksIn(text)).toEqual(["console.log", "pino", "process.stdout"]);
});
