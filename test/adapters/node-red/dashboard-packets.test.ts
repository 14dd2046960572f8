import { expect, test } from "vitest";
import { isSoundPacket } from "../../../adapters/node-red/dashboard-packets.ts";

const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown;

test.for([
  { name: "a load", packet: ["widget-load", "a1b2c3d4e5f60718"], sound: true },
  {
    name: "an action with any payload",
    packet: ["widget-action", "own-button", { payload: [1, { a: null }] }],
    sound: true,
  },
  { name: "an event of another widget", packet: ["my-event", 5], sound: true },
  { name: "a number for an id", packet: ["widget-load", 5], sound: false },
  { name: "an array for an id", packet: ["widget-load", ["a"]], sound: false },
  { name: "no id", packet: ["widget-send"], sound: false },
  { name: "an empty id", packet: ["widget-change", ""], sound: false },
  { name: "a long id", packet: ["widget-change", "a".repeat(65)], sound: false },
  { name: "an inherited property for an id", packet: ["widget-send", "constructor"], sound: false },
  { name: "the prototype for an id", packet: ["widget-send", "__proto__"], sound: false },
  { name: "no event", packet: [5, "x"], sound: false },
  { name: "30 levels", packet: ["my-event", nested(30)], sound: true },
  { name: "40 levels", packet: ["my-event", nested(40)], sound: false },
  { name: "200,000 levels", packet: ["my-event", nested(200_000)], sound: false },
])("$name is sound: $sound", ({ packet, sound }) => {
  expect(isSoundPacket(packet)).toBe(sound);
});
