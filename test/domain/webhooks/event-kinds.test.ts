import { expect, test } from "vitest";
import { EVENT_ACTIONS, EVENT_KINDS, eventFrom } from "../../../domain/webhooks/event-kinds.ts";

const ACTION = {
  at: "2026-11-23T08:00:00.000Z",
  actor: "admin",
  action: "site:update",
  target: "site-001",
  detail: {},
};

test("each kind has both labels, and no action makes two kinds", () => {
  for (const { label } of Object.values(EVENT_KINDS)) expect(label["zh-CN"] && label.en).toBeTruthy();
  expect(new Set(EVENT_ACTIONS).size).toBe(EVENT_ACTIONS.length);
});

test("an event names the fields that changed, and holds no value of them", () => {
  const detail = { before: { name: "A" }, after: { name: "B", controller: "http://10.1.2.3" }, address: "10.9.9.9" };
  const event = eventFrom({ ...ACTION, detail });
  expect(event).toEqual({
    type: "site.changed",
    timestamp: ACTION.at,
    data: { action: "site:update", target: "site-001", by: "admin", changed: ["controller", "name"] },
  });
});

test("a deployment carries the hash of the flows, and nothing that is no hash", () => {
  const sha256 = "ab".repeat(32);
  const deploy = { ...ACTION, action: "flows:deploy", target: "" };
  expect(eventFrom({ ...deploy, detail: { sha256 } })?.data).toMatchObject({ sha256 });
  expect(eventFrom({ ...deploy, detail: { sha256: "http://10.1.2.3" } })?.data).not.toHaveProperty("sha256");
});

test("what nobody is to be told of makes no event", () => {
  expect(eventFrom({ ...ACTION, action: "session:sign-in" })).toBeNull();
});
