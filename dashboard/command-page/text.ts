import { createTexts } from "../composables/use-text.ts";
import { commandPageEn } from "../locales/command-page-en.ts";
import { commandPageZhCN } from "../locales/command-page-zh-CN.ts";

/** The words of the page of commands. */
export const cp = createTexts({ en: commandPageEn, "zh-CN": commandPageZhCN });
