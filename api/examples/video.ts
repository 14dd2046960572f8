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

export const VIDEO_EXAMPLES: Examples = {
  "GET /api/v1/video/streams": { answer: pageOf(STREAM) },
  "POST /api/v1/video/session": { answer: { expiresAt: EXPIRES_AT } },
  "POST /api/v1/video/streams/{id}/ticket": {
    answer: {
      url: "/v/north-101-a/1795420800.019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11.Zk3xnTq0yH2b1VfWmP8sLrCd4E/index.m3u8",
      expiresAt: EXPIRES_AT,
    },
  },
};
