import type { Node, NodeStatus } from "node-red";

/** Each change goes to every open editor. */
const SHORTEST_MS = 1000;

/** `works`: green dot; `waits`: yellow ring; `broken`: red ring, needs a person; `off`: grey. */
export type StatusKind = "works" | "waits" | "broken" | "off";

const LOOKS = {
  works: { fill: "green", shape: "dot" },
  waits: { fill: "yellow", shape: "ring" },
  broken: { fill: "red", shape: "ring" },
  off: { fill: "grey", shape: "dot" },
} as const satisfies Record<StatusKind, NodeStatus>;

/** `text`: a locale key, or words in both languages with figures (`inBothLanguages`), which a key cannot carry. */
export type StatusDisplay = { show(kind: StatusKind, text: string): void; close(): void };

/** Shows a node's state at most once a second, the newest state last, and says nothing twice. */
export function createStatusDisplay(node: Node): StatusDisplay {
  let shown = "";
  let pending: { kind: StatusKind; text: string } | null = null;
  let timer: NodeJS.Timeout | null = null;

  const flush = () => {
    timer = null;
    if (!pending) return;
    const { kind, text } = pending;
    pending = null;
    if (`${kind} ${text}` === shown) return;
    shown = `${kind} ${text}`;
    node.status({ ...LOOKS[kind], text });
    timer = setTimeout(flush, SHORTEST_MS);
    timer.unref();
  };

  return {
    show(kind, text) {
      pending = { kind, text };
      if (timer === null) flush();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      pending = null;
    },
  };
}

/**
 * The editor translates a status only when it is a bare key, without figures. So a text with figures carries both
 * languages: `落后 12 s · behind 12 s`.
 */
export function inBothLanguages(zh: string, en: string, figures: Readonly<Record<string, string | number>>): string {
  const filled = [zh, en].map((text) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(figures[name] ?? "")));
  return filled[0] === filled[1] ? (filled[0] ?? "") : filled.join(" · ");
}
