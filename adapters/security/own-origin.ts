const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Tells whether a browser's `Origin` is this platform. On a loopback PUBLIC_URL the other names of the same machine count
 * too: people type `localhost` where the default says `127.0.0.1`.
 */
export function createOriginCheck(publicUrl: string): (origin: string | undefined) => boolean {
  const { protocol, hostname, port, origin } = new URL(publicUrl);
  const suffix = port ? `:${port}` : "";
  const own = new Set([origin]);
  if (LOOPBACK.includes(hostname)) for (const name of LOOPBACK) own.add(`${protocol}//${name}${suffix}`);
  return (given) => given !== undefined && own.has(given);
}
