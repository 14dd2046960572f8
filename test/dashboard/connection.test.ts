// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLiveConnection, type LiveChange, type LiveConnection } from "../../dashboard/live/connection.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket, framesOf } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const fleet = createFakeFleet(3, 60, START);
const frames = framesOf(fleet);

let connection: LiveConnection;
let changes: LiveChange[];
let refused: number;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  FakeSocket.opened.length = 0;
  changes = [];
  refused = 0;
  connection = createLiveConnection({
    openSocket: () => new FakeSocket(),
    monotonicMs: () => Date.now(),
    random: () => 1,
    onRefused: () => {
      refused += 1;
    },
  });
  connection.onChange((change) => changes.push(change));
  connection.show({ view: "overview" });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

const statuses = () => changes.flatMap((change) => (change.kind === "status" ? [change.status] : []));
function goLive(seq = 4): FakeSocket {
  const socket = FakeSocket.newest();
  socket.accept();
  socket.receive(frames.full(seq, Date.now()));
  return socket;
}

/** Lets time pass until another socket is opened. */
function nextTry(): FakeSocket {
  const known = FakeSocket.opened.length;
  for (let n = 0; n < 200 && FakeSocket.opened.length === known; n++) vi.advanceTimersByTime(50);
  expect(FakeSocket.opened.length).toBe(known + 1);
  return FakeSocket.newest();
}

describe("the live connection", () => {
  test("subscribes when open, shows the rows of the first frame, and is live", () => {
    const socket = goLive();
    expect(socket.sent).toEqual([{ type: "subscribe", view: "overview" }]);
    expect(connection.table().rows.size).toBe(3);
    expect(statuses()).toEqual(["live"]);
  });

  test("is stale after a missed heartbeat, blind well within five silent seconds, and opens a new socket", () => {
    const socket = goLive();
    vi.advanceTimersByTime(3250);
    expect(connection.status()).toBe("stale");
    vi.advanceTimersByTime(1000);
    expect(connection.status()).toBe("blind");
    expect(socket.isClosed).toBe(true);
    vi.advanceTimersByTime(4000);
    expect(FakeSocket.opened.length).toBeGreaterThan(1);
  });

  test("is blind sooner when the server has cut the line and refuses a new one, not when it lets one in", () => {
    goLive().lose();
    nextTry().lose();
    vi.advanceTimersByTime(2900 - (Date.now() - START));
    expect(connection.status()).toBe("stale");
    vi.advanceTimersByTime(300);
    expect(connection.status()).toBe("blind");
    const socket = goLive(1);
    socket.lose();
    nextTry().accept();
    vi.advanceTimersByTime(3200);
    expect(connection.status()).toBe("stale");
  });

  test("stays live on heartbeats alone", () => {
    const socket = goLive();
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(2000);
      socket.receive(frames.heartbeat(4, Date.now()));
    }
    expect(statuses()).toEqual(["live"]);
  });

  test("resumes from the last frame after a lost socket, and takes the delta that was missed", () => {
    goLive().lose();
    expect(connection.status()).toBe("stale");
    vi.advanceTimersByTime(4000);
    const socket = FakeSocket.newest();
    socket.accept();
    expect(socket.sent).toEqual([{ type: "subscribe", view: "overview", epoch: "e1", after: 4 }]);
    socket.receive(frames.delta(5, Date.now(), ["site-002"]));
    expect(connection.table().seq).toBe(5);
    expect(connection.status()).toBe("live");
  });

  test("asks once for everything when a frame is missing, and keeps the old rows meanwhile", () => {
    const socket = goLive();
    socket.receive(frames.delta(7, Date.now(), ["site-001"]));
    socket.receive(frames.delta(8, Date.now(), ["site-001"]));
    expect(socket.sent.slice(1)).toEqual([{ type: "subscribe", view: "overview" }]);
    expect(connection.table().rows.size).toBe(3);
    socket.receive(frames.full(9, Date.now()));
    expect(connection.table().seq).toBe(9);
  });

  test("never waits longer than two seconds for the next try, however long the server is away", () => {
    goLive();
    for (let n = 0; n < 60; n++) {
      FakeSocket.newest().lose();
      const before = FakeSocket.opened.length;
      vi.advanceTimersByTime(2050);
      expect(FakeSocket.opened.length).toBe(before + 1);
    }
    expect(connection.status()).toBe("blind");
    expect(refused).toBeGreaterThan(0);
    goLive(1);
    expect(connection.status()).toBe("live");
  });

  test.each([
    { server: "refused", answer: (socket: FakeSocket) => socket.lose() },
    { server: "let hang", answer: () => undefined },
  ])("is right within five seconds of the server's return, when its newest try is $server", ({ answer }) => {
    goLive().lose();
    for (let n = 0; n < 12; n++) answer(nextTry());
    const failing = nextTry();
    const backAtMs = Date.now();
    answer(failing);
    nextTry();
    goLive(1);
    expect(connection.status()).toBe("live");
    expect(Date.now() - backAtMs).toBeLessThan(5000);
  });

  test("gives up a handshake that hangs", () => {
    const first = FakeSocket.newest();
    vi.advanceTimersByTime(2300);
    expect(first.isClosed).toBe(true);
  });

  test("that never hears anything says so", () => {
    vi.advanceTimersByTime(5500);
    expect(connection.status()).toBe("blind");
    expect(connection.lastFrameAtMs()).toBeNull();
  });

  test("is not upset by text that is no frame", () => {
    const socket = goLive();
    for (const text of ["", "null", "[]", "{}", '{"type":"later-version"}', "\u0000"]) socket.receive(text);
    expect(connection.table().rows.size).toBe(3);
  });

  test("changes its view with an empty table, and lets late frames of the old one pass", () => {
    const socket = goLive();
    connection.show({ view: "site", sites: ["site-002"] });
    expect(connection.table().rows.size).toBe(0);
    socket.receive(frames.delta(5, Date.now(), ["site-001"]));
    socket.receive(frames.full(5, Date.now()));
    expect(connection.table().rows.size).toBe(0);
    socket.receive(framesOf(fleet, "site", ["site-002"]).full(1, Date.now()));
    expect([...connection.table().rows.keys()]).toEqual(["site-002"]);
  });

  test("shows the server's time although the browser's clock is an hour slow", () => {
    const socket = FakeSocket.newest();
    socket.accept();
    socket.receive(frames.full(4, Date.now() + 3_600_000));
    vi.advanceTimersByTime(1500);
    expect(connection.serverNowMs()).toBe(START + 3_600_000 + 1500);
  });
});
