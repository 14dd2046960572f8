import { createTexts } from "../composables/use-text.ts";
import { commandsEn } from "../locales/commands-en.ts";
import { commandsZhCN } from "../locales/commands-zh-CN.ts";

export type CommandTextKey = keyof typeof commandsEn;

/** The words about commands. */
export const ct = createTexts({ en: commandsEn, "zh-CN": commandsZhCN });

/** Whether there are words of ours for what the server calls so. */
export function isCommandText(key: string): key is CommandTextKey {
  return Object.hasOwn(commandsEn, key);
}
