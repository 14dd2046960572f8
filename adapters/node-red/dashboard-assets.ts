import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

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

type Encoding = "br" | "gzip";
type Asset = {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly body: Buffer;
  readonly encoded: Map<Encoding, Promise<Buffer>>;
};

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
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
const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

export function createDashboardAssets({ folder, usesCharts }: DashboardAssetOptions): DashboardAssets {
  const names = new Set(readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined));
  const assets = new Map<string, Asset>();

  function assetOf(name: string): Asset | undefined {
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
      if (asset) answer(asset, request, response);
      else next();
    },
    async warm() {
      for (const name of names) {
        const asset = ON_EVERY_PAGE.test(name) ? assetOf(name) : undefined;
        if (asset) await Promise.all([encode(asset, "br"), encode(asset, "gzip")]);
      }
    },
  };
}

function readAsset(folder: string, name: string, withoutCharts: boolean): Asset {
  const file = readFileSync(join(folder, name));
  const body = withoutCharts ? inertModule(file.toString()) : MAIN_SHEET.test(name) ? withOwnRules(file) : file;
  return {
    contentType: TYPES[extname(name)] ?? "application/octet-stream",
    // A name with a hash never changes its content, except where we change it.
    cacheControl: body === file && !CHART_LIBRARY.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
    etag: createHash("sha256").update(body).digest("base64url").slice(0, 22),
    body,
    encoded: new Map(),
  };
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

function answer(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  const encoding = encodingFor(String(request.headers["accept-encoding"] ?? ""));
  const etag = `"${asset.etag}${encoding ? `-${encoding}` : ""}"`;
  const headers = {
    etag,
    "cache-control": asset.cacheControl,
    vary: "Accept-Encoding",
    "x-content-type-options": "nosniff",
  };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const send = (body: Buffer): void => {
    const coded = encoding ? { "content-encoding": encoding } : {};
    response.writeHead(200, { ...headers, ...coded, "content-type": asset.contentType, "content-length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  if (!encoding) {
    send(asset.body);
    return;
  }
  encode(asset, encoding).then(send, () => response.destroy());
}

function encodingFor(accepted: string): Encoding | null {
  const takes = (name: string): boolean =>
    new RegExp(`(^|[ ,])${name}(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))\\s*(;|,|$)`).test(accepted);
  if (takes("br")) return "br";
  return takes("gzip") ? "gzip" : null;
}

function encode(asset: Asset, encoding: Encoding): Promise<Buffer> {
  const known = asset.encoded.get(encoding);
  if (known) return known;
  const made: Promise<Buffer> =
    encoding === "gzip"
      ? toGzip(asset.body, { level: 9 })
      : // 7 of 11: a tenth smaller than 4, and 0.4 s for all; 11 would save another tenth for 10 s of a core.
        toBrotli(asset.body, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 7, [constants.BROTLI_PARAM_SIZE_HINT]: asset.body.length },
        });
  asset.encoded.set(encoding, made);
  return made;
}
