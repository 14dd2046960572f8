import { expect, test } from "vitest";
import { renderDocs } from "../../api/docs-page.ts";
import { makeOpenApi } from "../../api/openapi.ts";
import { ROUTES } from "../../api/routes.ts";

const document = makeOpenApi(ROUTES, "0.1.0", "http://127.0.0.1:1880");

function refsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "$ref" ? [String(inner)] : refsIn(inner)));
}

function resolve(reference: string): unknown {
  const tokens = reference.replace("#/", "").split("/");
  return tokens.reduce<unknown>((inner, token) => (inner as Record<string, unknown> | undefined)?.[token], document);
}

test("every row of the route table is in the document, with its permission", () => {
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, one]) => `${method.toUpperCase()} ${path} ${one["x-permission"] ?? "public"}`,
    ),
  );
  expect(listed.sort()).toEqual(
    ROUTES.map(({ method, path, access }) => `${method} ${path.replace("*}", "}")} ${access}`).sort(),
  );
});

test("every reference leads somewhere, and every operation id is its own", () => {
  const refs = refsIn(document);
  expect(refs.length).toBeGreaterThan(50);
  for (const reference of refs) expect(resolve(reference), reference).toBeDefined();
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((one) => one["operationId"]),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test("what an answer promises is a schema with a name, and parameters have types", () => {
  expect(document.components.schemas).toHaveProperty("SiteSummary");
  expect(document.components.schemas).toHaveProperty("Problem");
  const history = document.paths["/api/v1/sites/{id}/history"]?.["get"] as {
    parameters: { name: string; required: boolean; schema: object }[];
  };
  expect(history.parameters.map(({ name, required }) => [name, required])).toEqual([
    ["id", true],
    ["points", true],
    ["from", false],
    ["to", false],
    ["step", false],
  ]);
});

test.for(["zh-CN", "en"] as const)(
  "the reference page in %s holds every row, no script and no other host",
  (language) => {
    const page = renderDocs(document, language);
    for (const { path, summary } of ROUTES) {
      expect(page).toContain(path.replace("*}", "}"));
      expect(page).toContain(summary[language].replaceAll("'", "&#39;"));
    }
    expect(page.match(/<pre>/g)?.length).toBeGreaterThan(100);
    // What examples say is text.
    expect(page.replaceAll(/<pre>.*?<\/pre>/gs, "")).not.toMatch(
      /<script|javascript:| on\w+=| style=|<style|https?:\/\/(?!127|json-schema)/,
    );
    expect(page).toContain(`<html lang="${language}">`);
  },
);
