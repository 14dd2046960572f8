const PREFIX = "antbox.";

/** A choice kept in this browser; null when there is none, or when the browser keeps nothing (private mode, policy). */
export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @returns false when the browser keeps nothing: the choice then lasts as long as the page */
export function savePreference(name: string, value: string): boolean {
  try {
    localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}
