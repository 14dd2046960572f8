import { createTexts } from "../../composables/use-text.ts";
import { commandWritesEn } from "../../locales/command-writes-en.ts";
import { commandWritesZhCN } from "../../locales/command-writes-zh-CN.ts";

/** The words of the switches for commands. */
export const cw = createTexts({ en: commandWritesEn, "zh-CN": commandWritesZhCN });
