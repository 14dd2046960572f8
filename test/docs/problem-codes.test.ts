import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderDocs } from "../../api/docs-page.ts";
import { makeOpenApi } from "../../api/openapi.ts";
import { PROBLEMS } from "../../api/problem.ts";
import { ROUTES } from "../../api/routes.ts";
import { ERROR_CODES } from "../../domain/errors.ts";
import { tableAfter } from "./markdown-table.ts";

test("docs/api.md lists every problem code with status and meaning in both languages, and no other", () => {
  const wanted = ERROR_CODES.map((code) => {
    const { status, title, zh } = PROBLEMS[code];
    return [`\`${code}\``, String(status), title, zh];
  });
  const rows = tableAfter(readFileSync("docs/api.md", "utf8"), "## Problem codes");
  expect(rows.toSorted()).toEqual(wanted.toSorted());
});

test.for(["zh-CN", "en"] as const)("the reference page in %s lists them under an address of its own", (language) => {
  const html = renderDocs(makeOpenApi(ROUTES, "0.1.0", "http://127.0.0.1:1880"), language);
  expect(html).toContain('href="#problems"');
  expect(html).toContain('<h2 id="problems">');
  for (const code of ERROR_CODES) expect(html).toContain(`<tr id="${code}">`);
});

test("the first page of each language leads to the list", () => {
  expect(readFileSync("README.md", "utf8")).toContain("(docs/api.md)");
  expect(readFileSync("README.zh-CN.md", "utf8")).toContain("(docs/api.md)");
});
