import { type Ref, readonly, ref } from "vue";
import { readPreference, savePreference } from "./preferences.ts";

export type Theme = "light" | "dark";

const theme = ref<Theme>(preferredTheme(readPreference("theme")));
applyToDocument(theme.value);

/** Light or dark, for the whole page; the browser's wish until somebody chooses. */
export function useTheme(): { theme: Readonly<Ref<Theme>>; toggleTheme: () => void } {
  return { theme: readonly(theme), toggleTheme };
}

function preferredTheme(saved: string | null): Theme {
  if (saved === "light" || saved === "dark") return saved;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  savePreference("theme", theme.value);
  applyToDocument(theme.value);
}

function applyToDocument(next: Theme): void {
  document.documentElement.dataset["abxTheme"] = next;
}
