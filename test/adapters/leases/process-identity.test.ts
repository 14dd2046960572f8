import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { newIdentity, takeIdentity } from "../../../adapters/leases/process-identity.ts";

const folder = mkdtempSync(join(tmpdir(), "antbox-identity-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the name stays with the data folder, the holder is new with each start, and knows the one before", () => {
  const first = takeIdentity(folder);
  const second = takeIdentity(folder);
  expect(first.formerHolder).toBeNull();
  expect(second).toMatchObject({ name: first.name, formerHolder: first.holder });
  expect(second.holder).not.toBe(first.holder);
  expect(second.holder).toMatch(/^[a-z0-9-]+-\d+-[0-9a-f]{8}$/);
  expect(second.holder).toContain(`-${process.pid}-`);
});

test.for(["", "{", "null", '{"name":"../x","holder":7}'])(
  "what the file says wrongly counts as a first start: %s",
  (text) => {
    writeFileSync(join(folder, "process.json"), text);
    const { name, formerHolder } = takeIdentity(folder);
    expect(name).toMatch(/^[0-9a-f]{8}$/);
    expect(formerHolder).toBeNull();
  },
);

test("a process without a data folder has no former self", () => {
  expect(newIdentity().formerHolder).toBeNull();
  expect(newIdentity().name).not.toBe(newIdentity().name);
});
