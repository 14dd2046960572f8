import type { Route } from "./route.ts";

/** The rows of one path: by method, with the values of its `{name}` segments. */
export type RouteMatch = { readonly routes: readonly Route[]; readonly params: Readonly<Record<string, string>> };

type Pattern = { readonly segments: readonly string[]; readonly routes: Route[] };

/**
 * Compiles the route table. A path without `{…}` is one lookup; the others are compared by segments, in order of the
 * table. Segments are decoded one by one, so an encoded slash stays inside its segment.
 *
 * @returns a function that gives null when no row has such a path
 */
export function compileRoutes(routes: readonly Route[]): (path: string) => RouteMatch | null {
  const fixed = new Map<string, Route[]>();
  const patterns = new Map<string, Pattern>();
  for (const route of routes) {
    if (route.path.includes("{")) {
      const pattern = patterns.get(route.path) ?? { segments: route.path.split("/"), routes: [] };
      pattern.routes.push(route);
      patterns.set(route.path, pattern);
    } else fixed.set(route.path, [...(fixed.get(route.path) ?? []), route]);
  }
  return (path) => {
    const exact = fixed.get(path);
    if (exact) return { routes: exact, params: {} };
    const segments = path.split("/");
    for (const pattern of patterns.values()) {
      const params = matchSegments(pattern.segments, segments);
      if (params) return { routes: pattern.routes, params };
    }
    return null;
  };
}

function matchSegments(pattern: readonly string[], given: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [place, expected] of pattern.entries()) {
    const segment = given[place];
    if (segment === undefined) return null;
    const name = /^\{(\w+)(\*?)\}$/.exec(expected);
    if (!name?.[1]) {
      if (segment !== expected) return null;
      continue;
    }
    const isRest = name[2] === "*";
    const value = decode(isRest ? given.slice(place).join("/") : segment);
    if (!value) return null;
    params[name[1]] = value;
    if (isRest) return params;
  }
  return given.length === pattern.length ? params : null;
}

/** @returns null for a broken percent-encoding */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
