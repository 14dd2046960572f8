import { createRequire } from "node:module";

type Layer = {
  readonly name: string;
  readonly regexp: RegExp & { fast_slash?: boolean };
  readonly route?: {
    readonly path: string | RegExp | readonly (string | RegExp)[];
    readonly methods: Record<string, boolean>;
  };
  readonly handle: { readonly stack?: readonly Layer[] };
};
type App = { readonly _router?: { readonly stack: readonly Layer[] }; readonly handle: unknown };
/** One address of the editor's API, below its root, with an example of its path. */
export type EditorRoute = { readonly method: string; readonly pattern: string; readonly example: string };

const nodeRequire = createRequire(import.meta.url);
/** Node-RED's editor brings an Express of its own. */
const express = createRequire(nodeRequire.resolve("@node-red/editor-api"))("express") as {
  application: { use(...given: unknown[]): unknown };
};
const children = new Map<unknown, { readonly at: string; readonly app: App }[]>();

/**
 * Express hides an application that is mounted into another one. To be called before Node-RED makes its own: from then
 * on it is written down what is mounted where.
 */
export function watchMounting(): void {
  const mount = express.application.use;
  express.application.use = function use(this: unknown, ...given: unknown[]) {
    const at = typeof given[0] === "string" ? given[0] : "/";
    for (const app of given.flat(3)) {
      if (typeof app !== "function" || !("handle" in app)) continue;
      const known = children.get(this) ?? [];
      children.set(this, [...known, { at, app: app as unknown as App }]);
    }
    return mount.apply(this, given);
  };
}

/** The route table of the running editor, whoever has put routes into it. */
export function listRoutes(app: unknown, at = ""): EditorRoute[] {
  const own = (app as App)._router?.stack.flatMap((layer) => routesOf(layer, at)) ?? [];
  const mounted = (children.get(app) ?? []).flatMap((child) => listRoutes(child.app, join(at, child.at)));
  return [...own, ...mounted];
}

function routesOf({ route, handle, regexp }: Layer, at: string): EditorRoute[] {
  if (route) {
    const paths = [route.path].flat() as (string | RegExp)[];
    const methods = route.methods["_all"]
      ? ["GET", "POST"]
      : Object.keys(route.methods).map((name) => name.toUpperCase());
    return paths.flatMap((path) =>
      methods.map((method) => ({ method, pattern: join(at, String(path)), example: join(at, exampleOf(path)) })),
    );
  }
  const prefix = regexp.fast_slash ? "/" : exampleOf(regexp);
  return handle.stack?.flatMap((layer) => routesOf(layer, join(at, prefix))) ?? [];
}

const join = (at: string, path: string) => `${at}/${path}`.replace(/\/+/g, "/");

/** @throws {Error} for a path that this cannot make an example of: then it has to be taught */
function exampleOf(path: string | RegExp): string {
  if (typeof path === "string") {
    return path
      .replace(/:\w+\(([^)|]+)[^)]*\)/g, "$1")
      .replace(/:\w+\??/g, "x")
      .replaceAll("*", "x");
  }
  const example = path.source
    .replaceAll("\\/?(?=\\/|$)", "")
    .replaceAll("(?:$|\\/(.*))", "\\/x")
    .replaceAll(/\((\?:)?@\[\^\\\/\]\+\\\/\)\?/g, "")
    .replaceAll("\\/?$", "")
    .replaceAll(/^\^|\$$/g, "")
    .replaceAll("[^\\/]+", "x")
    .replaceAll(/\(\.[+*]\)|\.[+*]/g, "x")
    .replaceAll(/[()]/g, "")
    .replaceAll("\\/", "/");
  if (!path.test(example)) throw new Error(`there is no example for the editor's route ${path}: made ${example}`);
  return example;
}
