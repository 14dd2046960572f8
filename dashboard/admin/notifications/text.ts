import { createTexts } from "../../composables/use-text.ts";
import { notificationsEn } from "../../locales/notifications-en.ts";
import { notificationsZhCN } from "../../locales/notifications-zh-CN.ts";

export type NotificationTextKey = keyof typeof notificationsEn;

/** The words of the section that looks after who is told. */
export const nt = createTexts({ en: notificationsEn, "zh-CN": notificationsZhCN });
