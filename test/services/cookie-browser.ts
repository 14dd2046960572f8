/** What of a browser a sign-in needs: it follows redirects and keeps cookies, by host and port. */
export type CookieBrowser = {
  readonly jar: Map<string, Map<string, string>>;
  /** One request, not followed. */
  get(url: string): Promise<Response>;
  /** Follows redirects until one leads to an address that starts with `until`, or there are no more. @returns that address */
  follow(url: string, until: string): Promise<string>;
  cookieHeader(url: string): string;
};

export function createCookieBrowser(): CookieBrowser {
  const jar: CookieBrowser["jar"] = new Map();

  function cookiesOf(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const cookies = jar.get(origin) ?? new Map<string, string>();
    jar.set(origin, cookies);
    return cookies;
  }

  const cookieHeader = (url: string) => [...cookiesOf(url)].map(([name, value]) => `${name}=${value}`).join("; ");

  async function get(url: string): Promise<Response> {
    const response = await fetch(url, { redirect: "manual", headers: { cookie: cookieHeader(url) } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const isGone = /max-age=0|expires=thu, 01 jan 1970/i.test(line);
      if (isGone) cookiesOf(url).delete(pair.slice(0, at));
      else cookiesOf(url).set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  return {
    jar,
    get,
    cookieHeader,
    async follow(url, until) {
      let next = url;
      for (let hops = 0; hops < 10 && !next.startsWith(until); hops += 1) {
        const response = await get(next);
        await response.arrayBuffer();
        const location = response.headers.get("location");
        if (location === null) return next;
        next = new URL(location, next).href;
      }
      return next;
    },
  };
}
