import { createTexts } from "../composables/use-text.ts";
import { siteVideoEn } from "../locales/site-video-en.ts";
import { siteVideoZhCN } from "../locales/site-video-zh-CN.ts";

/** The words of the video on a site's page. */
export const sv = createTexts({ en: siteVideoEn, "zh-CN": siteVideoZhCN });
