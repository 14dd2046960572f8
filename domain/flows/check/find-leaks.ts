import { type Finding, finding, type PlacedNode } from "./finding.ts";

const SECRET_KEY = /passw|secret|token|api[_-]?key|credential|private[_-]?key/i;
/** `${VAR}` names a variable of the environment: that is how a secret may be used. */
const VARIABLE = /^\$\{[^}]+\}$/;
const SECRET_VALUES = [
  { what: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: "a JSON Web Token", pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/ },
  { what: "an address with a password", pattern: /\w+:\/\/[^\s/:@]+:[^\s/@]+@/ },
  { what: "a key of a chat channel", pattern: /[?&](access_token|key|sig|signature)=[\w%-]{8,}/i },
];
const PRIVATE_ADDRESSES = [
  /\b10\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/,
  /\b172\.(1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3}\b/,
  /\b192\.168\.\d{1,3}\.\d{1,3}\b/,
  /\b127\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/,
  /\b169\.254\.\d{1,3}\.\d{1,3}\b/,
  /\b100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d{1,3}\.\d{1,3}\b/,
  /\/\/localhost\b/i,
  /\[?\b(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]+/i,
];

/** Secrets and private addresses in any property, however deep: flows are in git, and widgets go to every browser. */
export function findLeaks(nodes: readonly PlacedNode[]): Finding[] {
  return nodes.flatMap((placed) =>
    textsOf(placed.node, []).flatMap(({ path, text }) =>
      leaksIn(path, text).map((what) => finding(placed, `${path.join(".")} holds ${what}`)),
    ),
  );
}

type Text = { readonly path: readonly string[]; readonly text: string };

function textsOf(value: unknown, path: readonly string[]): Text[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...path, key]));
}

function leaksIn(path: readonly string[], text: string): string[] {
  const leaks = SECRET_VALUES.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what);
  if (PRIVATE_ADDRESSES.some((pattern) => pattern.test(text))) leaks.push("a private address");
  if (text !== "" && !VARIABLE.test(text) && SECRET_KEY.test(path.at(-1) ?? "")) leaks.push("a secret in plain text");
  return leaks;
}
