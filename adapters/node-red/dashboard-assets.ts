import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import {
  answerWithFile,
  type CompressedFile,
  createCompressedFile,
  IMMUTABLE,
  isCompressible,
  warmFile,
} from "./compressed-file.ts";

/**
 * Dashboard's own scripts and style sheet, smaller on the wire than it serves them itself: compressed once instead of
 * for each request, without the chart library (0.37 MB compressed, part of its main script) while no flow draws a chart,
 * and without the icon font (0.39 MB), which only its menu asks for, that our bar replaces.
 */
export type DashboardAssets = {
  /** For `/dashboard/assets`: answers what it knows, hands on the rest. */
  handle(request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** Compresses ahead, so that the first reader does not wait: about 0.4 s of a core, in the thread pool. */
  warm(): Promise<void>;
};

export type DashboardAssetOptions = {
  /** `dist/assets` of the dashboard's package. */
  readonly folder: string;
  /** True when a flow has a node that draws with the chart library. Asked at each request. */
  readonly usesCharts: () => boolean;
};

/** What is loaded on every page; the rest (one diagram type each) is rare and compressed when asked for. */
const ON_EVERY_PAGE = /^(index|vue-vendor|mermaid|echarts)-[\w-]+\.(js|css)$/;
const CHART_LIBRARY = /^echarts-[\w-]+\.js$/;
const MAIN_SHEET = /^index-[\w-]+\.css$/;
/** Said before any script runs: no icon of the menu is drawn, so its font is not fetched, and the page is not white first. */
const OWN_RULES = `
.v-navigation-drawer,.v-app-bar{display:none!important}
html,body,.v-application.v-application{background:#e3e6e9}
@media (prefers-color-scheme:dark){html,body,.v-application.v-application{background:#12161a}}
`;

export function createDashboardAssets({ folder, usesCharts }: DashboardAssetOptions): DashboardAssets {
  const names = new Set(readdirSync(folder).filter(isCompressible));
  const assets = new Map<string, CompressedFile>();

  function assetOf(name: string): CompressedFile | undefined {
    if (!names.has(name)) return undefined;
    const withoutCharts = CHART_LIBRARY.test(name) && !usesCharts();
    const key = withoutCharts ? `${name}?none` : name;
    const asset = assets.get(key) ?? readAsset(folder, name, withoutCharts);
    assets.set(key, asset);
    return asset;
  }

  return {
    handle(request, response, next) {
      const isRead = request.method === "GET" || request.method === "HEAD";
      const asset = isRead ? assetOf((request.url ?? "").split("?")[0]?.slice(1) ?? "") : undefined;
      if (asset) answerWithFile(asset, request, response);
      else next();
    },
    async warm() {
      for (const name of names) {
        const asset = ON_EVERY_PAGE.test(name) ? assetOf(name) : undefined;
        if (asset) await warmFile(asset);
      }
    },
  };
}

function readAsset(folder: string, name: string, withoutCharts: boolean): CompressedFile {
  const file = readFileSync(join(folder, name));
  const body = withoutCharts ? inertModule(file.toString()) : MAIN_SHEET.test(name) ? withOwnRules(file) : file;
  // A name with a hash never changes its content, except where we change it.
  return createCompressedFile(name, body, body === file && !CHART_LIBRARY.test(name) ? IMMUTABLE : "no-cache");
}

function withOwnRules(file: Buffer): Buffer {
  return Buffer.concat([file, Buffer.from(OWN_RULES)]);
}

/** A module with the same names that does nothing, whatever is called on it: its importers load, and nobody uses it. */
function inertModule(source: string): Buffer {
  const list = /export\s*\{([^}]*)\}/.exec(source)?.[1] ?? "";
  const names = list.split(",").map(
    (entry) =>
      entry
        .trim()
        .split(/\s+as\s+/)
        .at(-1) ?? "",
  );
  const exported = names.filter((name) => /^[\w$]+$/.test(name)).map((name) => `inert as ${name}`);
  return Buffer.from(
    `const inert = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => "" : name === "then" ? undefined : inert), apply: () => inert, construct: () => inert });\nexport { ${exported.join(", ")} };\n`,
  );
}
