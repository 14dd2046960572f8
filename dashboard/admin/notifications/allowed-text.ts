import { useText } from "../../composables/use-text.ts";
import { ALLOWED_ZH } from "../../locales/notifications-zh-CN.ts";

const { locale } = useText();

/** What the server says is allowed, in the reader's language where we know the sentence; its own English elsewhere. */
export function allowedText(allowed: string): string {
  if (locale.value === "en") return allowed;
  return Object.hasOwn(ALLOWED_ZH, allowed) ? (ALLOWED_ZH[allowed] ?? allowed) : allowed;
}
