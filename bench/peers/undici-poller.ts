/** The bare client floor: `undici.request` with the settings of the reference runs, and JSON.parse. No deadline, no checks. */
import { Agent, request } from "undici";
import { PATHS, runSegment, servePeer, sitesFromArgument } from "./peer-loop.ts";

const dispatcher = new Agent({
  connections: 1,
  pipelining: 1,
  keepAliveTimeout: 120_000,
  headersTimeout: 0,
  bodyTimeout: 0,
  connectTimeout: 3000,
});

async function poll(urls: readonly string[]): Promise<boolean> {
  for (const url of urls) {
    const { body } = await request(url, { dispatcher });
    const json = JSON.parse(await body.text()) as { ok?: unknown };
    if (json.ok !== true) return false;
  }
  return true;
}

const sites = (await sitesFromArgument()).map((url) => PATHS.map((path) => url + path));
await servePeer((segment) =>
  runSegment(segment, sites.length, async () => {
    const results = await Promise.all(sites.map((urls) => poll(urls).catch(() => false)));
    return results.filter(Boolean).length;
  }),
);
