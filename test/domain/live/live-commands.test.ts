import { expect, test } from "vitest";
import { applyCommands, type LiveCommands } from "../../../domain/live/live-commands.ts";
import type { LiveCommand } from "../../../domain/live/live-frame.ts";

function aCommand(id: string, change: number, state: LiveCommand["state"] = "queued"): LiveCommand {
  const at = "2026-11-25T08:00:00.000Z";
  return {
    id,
    siteId: "site-001",
    kind: "reset_alarm",
    args: {},
    state,
    stateReason: null,
    requestedBy: "operator",
    reason: null,
    approvedBy: null,
    overrides: [],
    createdAt: at,
    expiresAt: at,
    sentAt: null,
    verifyBy: null,
    endedAt: null,
    effectAfterS: null,
    change,
  };
}
const told = (commands: LiveCommands) => [...commands.values()].map(({ id, state, change }) => [id, state, change]);
const after = (known: LiveCommands, wholeTo: number | null, ...commands: LiveCommand[]) =>
  applyCommands(known, { wholeTo, commands });
const nothing: LiveCommands = new Map();

test("a change replaces the state before it, and never one after it", () => {
  const queued = after(nothing, null, aCommand("a", 1), aCommand("b", 2));
  const sent = after(queued, null, aCommand("a", 4, "sent"));
  expect(told(sent)).toEqual([
    ["a", "sent", 4],
    ["b", "queued", 2],
  ]);
  expect(told(after(sent, null, aCommand("a", 3, "claimed")))).toEqual(told(sent));
  expect(told(queued)).toEqual([
    ["a", "queued", 1],
    ["b", "queued", 2],
  ]);
});

test("what is not in the whole is forgotten, unless it is younger than the whole", () => {
  const known = after(nothing, null, aCommand("gone", 3), aCommand("old", 5), aCommand("young", 9, "sent"));
  expect(told(after(known, 8, aCommand("old", 7, "verified"), aCommand("young", 8)))).toEqual([
    ["young", "sent", 9],
    ["old", "verified", 7],
  ]);
});

test("a page that is open for weeks forgets what is over, the oldest first, and nothing that is not", () => {
  const over = Array.from({ length: 2_000 }, (_, at) => aCommand(`over-${at}`, at + 10, "verified"));
  const known = after(nothing, null, aCommand("open", 1), ...over);
  expect(known.size).toBe(2_000);
  expect(known.has("open")).toBe(true);
  expect(known.has("over-0")).toBe(false);
  expect(known.has("over-1")).toBe(true);
});
