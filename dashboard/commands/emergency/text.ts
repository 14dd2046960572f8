import { createTexts } from "../../composables/use-text.ts";
import { emergencyEn } from "../../locales/emergency-en.ts";
import { emergencyZhCN } from "../../locales/emergency-zh-CN.ts";

/** The words about emergency stops. */
export const et = createTexts({ en: emergencyEn, "zh-CN": emergencyZhCN });

/** Why a stop needs a person; a code that we have no words for stands for itself, null for nothing. */
export function whyText(code: string | null): string {
  if (code === null) return "";
  const key = `why.${code}`;
  return Object.hasOwn(emergencyEn, key) ? et(key as keyof typeof emergencyEn) : code;
}
