/** An IPv4 address. Codecs such as `vp09.00.10.08` are none: no part of an address begins with a zero. */
const IPV4 = String.raw`(?<!\d)(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}(?!\d)`;

/**
 * Finds what a text for viewers has no business to say: two slashes, backslashes, an IPv4 address, the hosts of these URLs;
 * `{$`, since players get no variables; and `#`, which some take for the beginning of a tag wherever it stands.
 */
export function suspiciousText(urls: readonly string[]): RegExp {
  const hosts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, "")).filter((host) => /[.:]/.test(host));
  const literal = [...new Set(hosts)].map((host) => host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp([String.raw`[#\\]|//|\{\$`, IPV4, ...literal].join("|"), "i");
}
