/**
 * A page as an integrator might make it, with widgets that act, change and send, events of third parties, and HTTP
 * endpoints; hidden and disabled, which is no lock. Needs a `ui-base` and a `ui-theme`.
 */
export function integratorFlow(base: string, theme: string): object[] {
  const hidden = { visible: "false", disabled: "true" };
  const widget = { z: "own-tab", group: "own-group", wires: [["own-sink"]] };
  return [
    {
      id: "own-page",
      type: "ui-page",
      name: "Own",
      ui: base,
      path: "/own",
      theme,
      layout: "grid",
      order: 99,
      ...hidden,
    },
    { id: "own-group", type: "ui-group", name: "g", page: "own-page", width: "6", height: "1", order: 1, ...hidden },
    { id: "own-tab", type: "tab", label: "own", disabled: false },
    { id: "own-button", type: "ui-button", label: "go", payload: "go", payloadType: "str", ...widget },
    { id: "own-field", type: "ui-text-input", label: "f", mode: "text", sendOnBlur: true, passthru: true, ...widget },
    { id: "own-template", type: "ui-template", format: "<b/>", templateScope: "local", passthru: true, ...widget },
    { id: "own-event", z: "own-tab", type: "ui-event", ui: base, wires: [["own-sink"]] },
    { id: "own-control", z: "own-tab", type: "ui-control", ui: base, events: "change", wires: [["own-sink"]] },
    // No widget at all: what a poller is in the shipped flows.
    { id: "own-change", z: "own-tab", type: "change", rules: [], wires: [["own-sink"]] },
    { id: "own-sink", z: "own-tab", type: "debug", active: false, wires: [] },
    { id: "own-get", z: "own-tab", type: "http in", url: "/own/read", method: "get", wires: [["own-answer"]] },
    { id: "own-post", z: "own-tab", type: "http in", url: "/own/write", method: "post", wires: [["own-answer"]] },
    { id: "own-put", z: "own-tab", type: "http in", url: "/own/write", method: "put", wires: [["own-answer"]] },
    { id: "own-delete", z: "own-tab", type: "http in", url: "/own/write", method: "delete", wires: [["own-answer"]] },
    { id: "own-answer", z: "own-tab", type: "http response", statusCode: "200", headers: {}, wires: [] },
  ];
}

/** Nodes of the page that send when their event comes through. */
export const ACTING = ["own-button", "own-control", "own-event", "own-field", "own-template"];
