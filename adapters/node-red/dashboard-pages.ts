import { readFileSync } from "node:fs";
import type { NextFunction, Request, Response } from "express";
import { FIRST_REQUESTS } from "../../domain/live/first-requests.ts";

/**
 * The HTML of Dashboard's pages, with what our widgets need announced in it. By itself Dashboard finds out step by step:
 * its scripts, its set-up, its socket, the widgets' files, their chunks, their data. Announced, all of it is under way
 * while the main script is still compiled. Pages without a widget of ours are left to Dashboard.
 */
export type DashboardPages = {
  /** For `/dashboard`, behind the session check: answers the pages that it knows, hands on the rest. */
  handle(request: Request, response: Response, next: NextFunction): void;
};

/** Of a node in the flows, what says which widgets stand on which page. */
export type FlowNode = {
  readonly id: string;
  readonly type: string;
  /** Of a `ui-base` and a `ui-page`. */
  readonly path?: string;
  /** The `ui-page` of a widget that fills one. */
  readonly page?: string;
  /** The `ui-base` of a page, or of a widget that stands on all of them. */
  readonly ui?: string;
};

export type DashboardPageOptions = {
  /** `dist/index.html` of the dashboard's package. */
  readonly htmlFile: string;
  /** Names of a widget's file and of all that it imports, below `/editor/resources/antbox-flow/`; empty: not ours. */
  readonly scriptsOf: (fileName: string) => readonly string[];
  /** Asked at each request: a deploy may move widgets. */
  readonly flowNodes: () => readonly FlowNode[];
};

const WIDGETS_AT = "/editor/resources/antbox-flow/";
const FIRST_DATA: Readonly<Record<string, readonly string[]>> = {
  "ui-fleet-overview": [FIRST_REQUESTS.sites],
  "ui-trends": [FIRST_REQUESTS.sites],
  "ui-fleet-heatmap": [FIRST_REQUESTS.sites],
  "ui-video-wall": [FIRST_REQUESTS.sites, FIRST_REQUESTS.streams],
  "ui-antbox-shell": [FIRST_REQUESTS.status, FIRST_REQUESTS.rounds],
};
/** What a page is about, for the script that runs before the widgets. */
const EARLY_VIEWS: Readonly<Record<string, string>> = { "ui-fleet-overview": "overview", "ui-video-wall": "video" };

export function createDashboardPages({ htmlFile, scriptsOf, flowNodes }: DashboardPageOptions): DashboardPages {
  const html = readFileSync(htmlFile, "utf8");

  return {
    handle(request, response, next) {
      const isRead = request.method === "GET" || request.method === "HEAD";
      const base = request.baseUrl;
      const types = isRead ? widgetsOn(flowNodes(), base + request.path) : [];
      const ours = types.filter((type) => scriptsOf(`${type}.js`).length > 0);
      if (ours.length === 0) {
        next();
        return;
      }
      const lines = [
        earlyLive(ours),
        preload(`${base}/_setup`),
        ...unique(ours.flatMap((type) => scriptsOf(`${type}.js`))).map(modulePreload),
        ...unique(ours.flatMap((type) => FIRST_DATA[type] ?? [])).map(preload),
      ];
      // A kept one would be shown on the browser's way back, after the session, without asking.
      response.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" }).type("html");
      response.send(html.replace("</head>", () => `${lines.join("\n    ")}\n  </head>`));
    },
  };
}

/** Types of the nodes that stand on a page: its own widgets, and those of all pages of its Dashboard. */
function widgetsOn(nodes: readonly FlowNode[], pagePath: string): string[] {
  const baseOf = new Map(nodes.filter(({ type }) => type === "ui-base").map(({ id, path: at }) => [id, at ?? ""]));
  const page = nodes.find(
    ({ type, ui, path: at }) => type === "ui-page" && `${baseOf.get(ui ?? "") ?? ""}${at ?? ""}` === pagePath,
  );
  if (!page) return [];
  return unique(nodes.filter(({ page: on, ui }) => on === page.id || ui === page.ui).map(({ type }) => type));
}

/** As `fetch` of the same site asks for it: with the session's cookie. */
function preload(url: string): string {
  return `<link rel="preload" as="fetch" crossorigin="anonymous" href="${url.replaceAll("&", "&amp;")}">`;
}

function modulePreload(name: string): string {
  return `<link rel="modulepreload" href="${WIDGETS_AT}${name}">`;
}

function earlyLive(types: readonly string[]): string {
  const view = types.flatMap((type) => EARLY_VIEWS[type] ?? [])[0];
  return `<script type="module" async src="${WIDGETS_AT}early-live.js${view ? `?view=${view}` : ""}"></script>`;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
