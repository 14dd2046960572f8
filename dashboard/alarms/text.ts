import { createTexts } from "../composables/use-text.ts";
import { alarmsEn } from "../locales/alarms-en.ts";
import { alarmsZhCN } from "../locales/alarms-zh-CN.ts";

export type AlarmTextKey = keyof typeof alarmsEn;

/** The words of the alarm centre. */
export const al = createTexts({ en: alarmsEn, "zh-CN": alarmsZhCN });
