import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CONDITION_KINDS } from "../../../../domain/alarms/condition-kinds.ts";

test("every kind has a case", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
  const text = files.map((file) => readFileSync(path.join(import.meta.dirname, file), "utf8")).join("\n");
  // Cases of limits are made by `high` and `low`.
  const cases = text + readFileSync(path.join(import.meta.dirname, "kind-cases.ts"), "utf8");
  const missing = Object.keys(CONDITION_KINDS).filter((kind) => !cases.includes(`kind: "${kind}"`));
  expect(missing, "a new kind has a test beside _blueprint.test.ts").toEqual([]);
});
