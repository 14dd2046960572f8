import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { listLicences } from "../../scripts/list-licences.ts";

test("every package of production is listed with a licence, and none that is only for building", () => {
  const all = listLicences(resolve("."));
  const names = new Set(all.map(({ name }) => name));
  expect(Object.keys(manifest.dependencies).filter((name) => !names.has(name))).toEqual([]);
  expect(names.has("vitest")).toBe(false);
  // It is built into the pages.
  expect(names.has("echarts")).toBe(true);
  expect(all.filter(({ licence }) => licence === "")).toEqual([]);
  expect(all).toEqual([...all].sort((a, b) => (`${a.name}\0` < `${b.name}\0` ? -1 : a.name === b.name ? 0 : 1)));
});

test("a package whose licence nobody says is named, and ends the build", () => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-licences-"));
  try {
    const packages = {
      "": {},
      "node_modules/old": { version: "1.0.0" },
      "node_modules/silent": { version: "2.0.0" },
      "node_modules/tool": { version: "3.0.0", dev: true },
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
    mkdirSync(join(folder, "node_modules/old"), { recursive: true });
    writeFileSync(join(folder, "node_modules/old/package.json"), JSON.stringify({ licenses: [{ type: "MIT" }] }));
    expect(() => listLicences(folder)).toThrow("no licence is said by silent@2.0.0");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
