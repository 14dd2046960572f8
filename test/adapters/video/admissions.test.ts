import { expect, test } from "vitest";
import { createAdmissions } from "../../../adapters/video/gateway/admissions.ts";
import { createSessionRights } from "../../../adapters/video/gateway/session-rights.ts";
import { createViewers } from "../../../adapters/video/gateway/viewers.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../../adapters/video/gateway-protocol.ts";

const STREAM = "site-001";
const SESSION = "session";
const EXPIRES_S = 2_000_000_000;
const ticket = { expiresAtS: EXPIRES_S, sessionId: SESSION, signature: "" };

/** One who has just been let in, by a ticket that is right for 300 s, in a time that the test makes pass. */
async function anAdmitted() {
  const time = { nowMs: 0 };
  const clock = () => time.nowMs;
  const wallClock = () => EXPIRES_S * 1000 - 300_000 + time.nowMs;
  const rights = createSessionRights({ ask: () => undefined, clock });
  const viewers = createViewers(DEFAULT_GATEWAY_SETTINGS, clock, wallClock);
  const admissions = createAdmissions(rights, viewers, clock, wallClock);
  const say = (live: readonly string[] | "all" | null) =>
    rights.take([{ sessionId: SESSION, live: live === "all" || live === null ? live : [...live], record: null }]);
  const asked = rights.require(SESSION, STREAM, "live");
  say([STREAM]);
  await asked;
  const watching = viewers.admit(SESSION, STREAM);
  admissions.keep(STREAM, "ticket", ticket, watching);
  const find = () => admissions.find(STREAM, "ticket");
  expect(find()).toBe(watching);
  return { time, rights, viewers, admissions, say, find };
}

test("it stands for one stream and what was shown for it", async () => {
  const { admissions } = await anAdmitted();
  expect(admissions.find("site-002", "ticket")).toBeNull();
  expect(admissions.find(STREAM, "another")).toBeNull();
});

test("it ends with the ticket, to the millisecond", async () => {
  const { time, say, find } = await anAdmitted();
  for (time.nowMs = 0; time.nowMs < 299_000; time.nowMs += 1_000) {
    say("all");
    expect(find()).not.toBeNull();
  }
  time.nowMs = 299_999;
  say("all");
  expect(find()).not.toBeNull();
  time.nowMs = 300_000;
  expect(find()).toBeNull();
});

test.for([[null], [["site-002"]], [[]]] as const)("rights to %j are seen with the next request", async ([live]) => {
  const { say, find } = await anAdmitted();
  say(live);
  expect(find()).toBeNull();
  say([STREAM]);
  expect(find()).not.toBeNull();
});

test("rights that have not been said for 7 s are asked for", async () => {
  const { time, find } = await anAdmitted();
  time.nowMs = 7_000;
  expect(find()).not.toBeNull();
  time.nowMs = 7_001;
  expect(find()).toBeNull();
});

test("who has paused for long, or comes after the limits have changed, is another viewer", async () => {
  const { time, viewers, say, find } = await anAdmitted();
  time.nowMs = 30_001;
  say("all");
  expect(find()).toBeNull();
  const second = await anAdmitted();
  second.viewers.configure(DEFAULT_GATEWAY_SETTINGS);
  expect(second.find()).toBeNull();
  expect(viewers.list()).toEqual([]);
});

test("very many leave no memory behind: all begin anew", async () => {
  const { admissions, viewers, find } = await anAdmitted();
  const watching = viewers.admit(SESSION, STREAM);
  for (let at = 0; at < 20_000; at += 1) admissions.keep(STREAM, `ticket ${at}`, ticket, watching);
  expect(find()).toBeNull();
  expect(admissions.find(STREAM, "ticket 19999")).toBe(watching);
  const long = "x".repeat(2_000);
  admissions.keep(STREAM, long, ticket, watching);
  expect(admissions.find(STREAM, long)).toBeNull();
});
