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
 * for each request, without the icon font (0.39 MB), which only its menu asks for, that our bar replaces. While no flow
 * has a widget of Dashboard's own, also without what only those use, though each page loads it: the libraries for charts
 * and diagrams (1.8 MB of script) and 7,400 rules that name icons.
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
  /** True when a flow has a widget that is not ours. Asked at each request. */
  readonly usesStockWidgets: () => boolean;
};

/** What is loaded on every page; the rest (one diagram type each) is rare and compressed when asked for. */
const ON_EVERY_PAGE = /^(index|vue-vendor|mermaid|echarts)-[\w-]+\.(js|css)$/;
const LIBRARY = /^(echarts|mermaid)-[\w-]+\.js$/;
const MAIN_SCRIPT = /^index-[\w-]+\.js$/;
const MAIN_SHEET = /^index-[\w-]+\.css$/;
const ICON_RULE = /\.mdi-[\w-]+:before\{content:"[^"]*"\}/g;
/** Said before any script runs: no icon of the menu is drawn, so its font is not fetched, and the page is not white first. */
const OWN_RULES = `
.v-navigation-drawer,.v-app-bar{display:none!important}
html,body,.v-application.v-application{background:#e3e6e9}
@media (prefers-color-scheme:dark){html,body,.v-application.v-application{background:#12161a}}
`;

export function createDashboardAssets({ folder, usesStockWidgets }: DashboardAssetOptions): DashboardAssets {
  const names = new Set(readdirSync(folder).filter(isCompressible));
  const assets = new Map<string, CompressedFile>();

  function assetOf(name: string): CompressedFile | undefined {
    if (!names.has(name)) return undefined;
    const isLean = (LIBRARY.test(name) || MAIN_SHEET.test(name)) && !usesStockWidgets();
    const key = isLean ? `${name}?lean` : name;
    const asset = assets.get(key) ?? readAsset(folder, name, isLean);
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

function readAsset(folder: string, name: string, isLean: boolean): CompressedFile {
  const file = readFileSync(join(folder, name));
  const body = LIBRARY.test(name) && isLean ? (leanLibrary(folder, name) ?? file) : file;
  if (MAIN_SHEET.test(name)) return createCompressedFile(name, sheetWithOwnRules(file, isLean), "no-cache");
  // A name with a hash never changes its content, except where we change it.
  return createCompressedFile(name, body, LIBRARY.test(name) ? "no-cache" : IMMUTABLE);
}

function sheetWithOwnRules(file: Buffer, isLean: boolean): Buffer {
  const text = file.toString();
  return Buffer.from((isLean ? text.replace(ICON_RULE, "") : text) + OWN_RULES);
}

/** What the bundler put into a library's file, though it is none of it, and the main script needs to load at all. */
const LOADER_PARTS: Readonly<Record<string, string>> = {
  __vitePreload: "(load) => load()",
  commonjsGlobal: "globalThis",
  getDefaultExportFromCjs:
    '(module) => (module && module.__esModule && Object.hasOwn(module, "default") ? module.default : module)',
};
/** Used by widgets alone, when they draw. */
const WIDGET_PARTS: ReadonlySet<string> = new Set([
  "purify",
  "d3arc",
  "select",
  "interpolate",
  "mermaid_default",
  "init",
]);

/**
 * A module that gives the main script the names it asks of a library, and does nothing with them: nobody is there to use
 * it. A name that is not known here, as in another version of Dashboard, leaves the library as it is: null.
 */
function leanLibrary(folder: string, name: string): Buffer | null {
  const scripts = readdirSync(folder).filter((file) => MAIN_SCRIPT.test(file));
  const imports = scripts.map((script) => importsOf(folder, script, name)).find((found) => found !== null);
  if (!imports) return null;
  const isKnown = imports.every(([, local]) => Object.hasOwn(LOADER_PARTS, local) || WIDGET_PARTS.has(local));
  if (!isKnown) return null;
  const lines = imports.map(([, local], index) => `const part${index} = ${LOADER_PARTS[local] ?? "inert"};`);
  const names = imports.map(([exported], index) => `part${index} as ${exported}`);
  return Buffer.from(`${INERT}\n${lines.join("\n")}\nexport { ${names.join(", ")} };\n`);
}

/** Whatever is called on it gives itself. */
const INERT =
  'const inert = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => "" : name === "then" ? undefined : inert), apply: () => inert, construct: () => inert });';

/** What a script imports from a library: the name there, and the name here. @returns null when it does not import it */
function importsOf(folder: string, script: string, library: string): [string, string][] | null {
  const source = readFileSync(join(folder, script), "utf8");
  const end = source.indexOf(`from"./${library}"`);
  if (end < 0) return null;
  const list = source.slice(source.lastIndexOf("{", end) + 1, source.lastIndexOf("}", end));
  return list.split(",").map((entry): [string, string] => {
    const [exported = "", local = exported] = entry.trim().split(/\s+as\s+/);
    return [exported, local];
  });
}
