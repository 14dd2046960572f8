import { type ComputedRef, computed, type Ref, readonly, ref } from "vue";
import { en, type TextKey } from "../locales/en.ts";
import { zhCN } from "../locales/zh-CN.ts";
import { readPreference, savePreference } from "./preferences.ts";
import { type Locale, preferredLocale } from "./preferred-locale.ts";

export type { Locale };
export type TextValues = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, values?: TextValues) => string;

const CATALOGUES: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { en, "zh-CN": zhCN };

const locale = ref<Locale>(preferredLocale(readPreference("locale"), navigator.languages));
applyToDocument(locale.value);

/** Words of the chosen language. One choice for the whole page, kept in this browser. */
export function useText(): {
  t: Translate;
  locale: Readonly<Ref<Locale>>;
  setLocale: (next: Locale) => void;
  isChinese: ComputedRef<boolean>;
} {
  return { t, locale: readonly(locale), setLocale, isChinese };
}

/** Puts `values` into the `{name}` places of a text. */
function fillText(text: string, values: TextValues = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

const isChinese = computed(() => locale.value === "zh-CN");

/** Words of one page, kept out of what every page loads. They follow the chosen language. */
export function createTexts<K extends string>(
  catalogues: Readonly<Record<Locale, Readonly<Record<K, string>>>>,
): (key: K, values?: TextValues) => string {
  return (key, values) => fillText(catalogues[locale.value][key], values);
}

const t: Translate = createTexts(CATALOGUES);

function setLocale(next: Locale): void {
  locale.value = next;
  savePreference("locale", next);
  applyToDocument(next);
}

function applyToDocument(next: Locale): void {
  document.documentElement.lang = next;
}
