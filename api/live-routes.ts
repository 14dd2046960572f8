import { AppError } from "../domain/errors.ts";
import { LIVE_PATH } from "./live.ts";
import { defineRoute, type Route } from "./route.ts";

export const LIVE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: LIVE_PATH,
    access: "live:subscribe",
    tag: "Live",
    summary: {
      "zh-CN": "实时数据（WebSocket）：增量、心跳、断线续传",
      en: "Live data over WebSocket: deltas, heartbeat, resume",
    },
    answer: { status: 101, description: "Switches to the WebSocket protocol" },
    refusals: [400, 429],
    handle() {
      throw new AppError("request.invalid", "open this address as a WebSocket");
    },
  }),
];
