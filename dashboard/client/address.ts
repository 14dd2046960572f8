import type { AddressParts, Method, PathOf } from "./contract.ts";

type Parts = {
  readonly path?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
};

/** The address of one call, for a request or a link; what is undefined in the query is left out. */
export function addressOf<M extends Method, P extends PathOf<M>>(
  _method: M,
  path: P,
  parts: AddressParts<M, P>,
): string {
  return fillIn(path, parts as Parts);
}

/** As `addressOf`, for a template that nothing is known of. */
export function fillIn(template: string, { path = {}, query = {} }: Parts): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? filled
    : `${filled}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}
