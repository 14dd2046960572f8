/** Every input of the login page, in the order in which they stand. */
export const FIELDS = ["username", "password", "code", "current", "next", "again", "first-code"] as const;
export type Field = (typeof FIELDS)[number];

/** @throws {Error} when the page has no such element: page and script belong together */
export function element<T extends Element>(id: string, kind: abstract new () => T): T {
  const found: Element | null = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the login page has no ${id}`);
  return found;
}

export function input(id: Field): HTMLInputElement {
  return element(id, HTMLInputElement);
}

/** Those that the step at hand asks for. */
export function shownFields(): HTMLInputElement[] {
  return FIELDS.map(input).filter((field) => field.closest("fieldset")?.hidden === false);
}

/** A text that did not change is not said again by a screen reader. */
export function say(id: string, text: string): void {
  const target = element(id, HTMLElement);
  if (target.textContent !== text) target.textContent = text;
}

export function show(id: string, isShown: boolean): void {
  element(id, HTMLElement).hidden = !isShown;
}

/** Texts as the items of a list, never as markup. */
export function listItems(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  });
}
