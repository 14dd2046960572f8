import { type Examples, pageOf } from "./example.ts";

const STREAM = {
  streamId: "north-101-a",
  siteId: "north-101-a",
  state: "online",
  since: "2026-11-23T07:12:04.000Z",
  ageS: 1.4,
  cause: null,
  codec: "avc1.4d4015",
  width: 426,
  height: 240,
  bitrateKbps: 152,
};
const EXPIRES_AT = "2026-11-23T08:05:00.000Z";
const RANGE = { from: "2026-11-23T06:00:00.000Z", to: "2026-11-23T07:00:00.000Z" };
const VIEW = {
  layout: 16,
  mode: "auto",
  cycleS: 0,
  isAlarmedFirst: true,
  arranged: ["north-101-b", "north-101-a"],
};
const LOCK = {
  id: 7,
  siteId: "north-101-a",
  ...RANGE,
  until: "2027-02-23T00:00:00.000Z",
  reason: "Leak at the pump, claim 2026-118",
  lockedBy: "li.wei",
  createdAt: "2026-11-23T08:00:00.000Z",
};

export const VIDEO_EXAMPLES: Examples = {
  "GET /api/v1/video/streams": { answer: pageOf(STREAM) },
  "POST /api/v1/video/session": { answer: { expiresAt: EXPIRES_AT } },
  "POST /api/v1/video/streams/{id}/ticket": {
    answer: {
      url: "/v/north-101-a/1795420800.019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11.Zk3xnTq0yH2b1VfWmP8sLrCd4E/index.m3u8",
      expiresAt: EXPIRES_AT,
    },
  },
  "GET /api/v1/video/streams/{id}/recordings": {
    answer: pageOf({ ...RANGE, kind: "segment", segments: 1800, bytes: 225_000_000 }),
  },
  "POST /api/v1/video/streams/{id}/playback": {
    body: RANGE,
    answer: {
      url: "/v/north-101-a/1795420800.019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11.Zk3xnTq0yH2b1VfWmP8sLrCd4E/rec/1795413600000-1795417200000/index.m3u8",
      expiresAt: EXPIRES_AT,
    },
  },
  "GET /api/v1/video/streams/{id}/locks": { answer: pageOf(LOCK) },
  "POST /api/v1/video/streams/{id}/locks": {
    body: { ...RANGE, until: LOCK.until, reason: LOCK.reason },
    answer: LOCK,
  },
  "GET /api/v1/video/walls": { answer: pageOf({ name: "Night shift", view: VIEW }) },
  "PUT /api/v1/video/walls/{name}": { body: VIEW, answer: { name: "Night shift", view: VIEW } },
};
