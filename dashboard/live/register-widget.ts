import type { Component } from "vue";

/** Dashboard imports the widget's file and then looks for the component at `window[<node type>][<component>]`. */
export function registerWidget(type: string, components: Readonly<Record<string, Component>>): void {
  const widgets = globalThis as unknown as Record<string, Record<string, Component> | undefined>;
  widgets[type] = { ...widgets[type], ...components };
}
