import { createTexts } from "../composables/use-text.ts";
import { videoEn } from "../locales/video-en.ts";
import { videoZhCN } from "../locales/video-zh-CN.ts";

export type VideoTextKey = keyof typeof videoEn;

/** The words of the wall and the player. */
export const vt = createTexts({ en: videoEn, "zh-CN": videoZhCN });
