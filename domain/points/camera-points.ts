import type { PointDefinition } from "./point.ts";

/** What the video gateway says of a site's camera: known beside the controller's readings, and never stored among them. */
export const CAMERA_POINTS = {
  camera_online: {
    type: "bool",
    kind: "state",
    group: "camera",
    origin: "video",
    normal: true,
    label: { "zh-CN": "摄像头在线", en: "Camera online" },
    source: "CALC",
  },
} satisfies Record<string, PointDefinition>;
