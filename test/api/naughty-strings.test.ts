import { afterAll, beforeAll, expect, test } from "vitest";
import { naughtyStrings } from "../services/naughty-strings.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import type { Answer } from "./call-api.ts";

/** Texts that people write are taken as they are, or refused with a reason: never a failure of ours, never another text. */
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
});
afterAll(() => api.close());

const STRINGS = naughtyStrings();
type Field = {
  readonly name: string;
  readonly write: (text: string, n: number) => Promise<Answer>;
  readonly read: (answer: Answer) => unknown;
  readonly good: number;
};
const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.call(path, { method, role: "admin", body, headers });

const FIELDS: readonly Field[] = [
  {
    name: "the note of a lab reading",
    write: (note, n) => {
      const takenAt = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
      return send("POST", "/api/v1/sites/site-001/lab-readings", { takenAt, values: { coolant_ph: 8 }, note });
    },
    read: ({ json }) => (json as { items: { note: string }[] }).items[0]?.note,
    good: 350,
  },
  {
    name: "the name of the organisation",
    write: (organisation) => send("PATCH", "/api/v1/settings", { organisation }, { "if-match": "*" }),
    read: ({ json }) => (json as { organisation: string }).organisation,
    good: 300,
  },
  {
    name: "the name of a site",
    write: (name, n) =>
      send("POST", "/api/v1/sites", {
        id: `naughty-${n}`,
        name,
        controller: { url: "http://10.1.101.9", profile: "bitmain-antbox-hk3" },
      }),
    read: ({ json }) => (json as { name: string }).name,
    good: 300,
  },
];

test.for(FIELDS)("$name", { timeout: 120_000 }, async ({ write, read, good }) => {
  let taken = 0;
  for (const [n, text] of STRINGS.entries()) {
    const answer = await write(text, n);
    if (answer.status >= 400) expect([400, text], answer.text).toEqual([answer.status, text]);
    else {
      taken += 1;
      expect(read(answer)).toBe(text);
    }
  }
  expect(taken).toBeGreaterThan(good);
});

test("names that nobody can have are not found, whatever stands in the address", { timeout: 120_000 }, async () => {
  for (const text of STRINGS) {
    const { status } = await api.call(`/api/v1/sites/${encodeURIComponent(text.toWellFormed())}`, { role: "admin" });
    expect([200, 400, 404], text).toContain(status);
    const query = await api.call(`/api/v1/audit?actor=${encodeURIComponent(text.toWellFormed().slice(0, 120))}`, {
      role: "admin",
    });
    expect([200, 400], text).toContain(query.status);
  }
});
