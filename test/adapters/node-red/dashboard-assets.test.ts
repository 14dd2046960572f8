import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDashboardAssets } from "../../../adapters/node-red/dashboard-assets.ts";

const dashboard = path.dirname(createRequire(import.meta.url).resolve("@flowfuse/node-red-dashboard/package.json"));
const folder = path.join(dashboard, "dist/assets");

/** Against the real files of the pinned Dashboard: another version may name or build them otherwise. */
describe("Dashboard's assets", () => {
  let server: Server;
  let url: string;
  let usesStockWidgets = false;
  let html: string;

  beforeAll(async () => {
    const assets = createDashboardAssets({ folder, usesStockWidgets: () => usesStockWidgets });
    server = createServer((request, response) =>
      assets.handle(request, response, () => {
        response.writeHead(404);
        response.end("handed on");
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { readFile } = await import("node:fs/promises");
    html = await readFile(path.join(dashboard, "dist/index.html"), "utf8");
  });
  afterAll(() => server.close());

  const named = (pattern: RegExp): string => pattern.exec(html)?.[1] ?? "missing";
  const get = async (name: string, headers: Record<string, string> = {}) => {
    const { statusCode, headers: got, body } = await request(`${url}/${name}`, { headers });
    return { status: statusCode, headers: got, body: Buffer.from(await body.arrayBuffer()) };
  };
  const main = () => named(/assets\/(index-[\w-]+\.js)/);
  const sheet = () => named(/assets\/(index-[\w-]+\.css)/);

  test("come compressed, and unchanged", async () => {
    const plain = await get(main());
    const small = await get(main(), { "accept-encoding": "gzip, deflate, br" });
    expect(small.headers["content-encoding"]).toBe("br");
    expect(small.headers["cache-control"]).toContain("immutable");
    expect(brotliDecompressSync(small.body).equals(plain.body)).toBe(true);
    expect(small.body.length).toBeLessThan(plain.body.length / 3);
  });

  test("are not sent again to who has them", async () => {
    const first = await get(sheet(), { "accept-encoding": "br" });
    const again = await get(sheet(), { "accept-encoding": "br", "if-none-match": String(first.headers["etag"]) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("carry our rules at the end of the style sheet, which hide the menu and its icon font", async () => {
    const { body } = await get(sheet());
    expect(body.toString().trimEnd().split("\n").slice(-3).join()).toContain(".v-navigation-drawer");
  });

  test.each(["echarts", "mermaid"])(
    "leave %s out until a flow has a stock widget, with all that is asked of it",
    async (name) => {
      const library = named(new RegExp(`assets/(${name}-[\\w-]+\\.js)`));
      const inert = await get(library);
      expect(inert.body.length).toBeLessThan(1500);
      expect(inert.headers["cache-control"]).toBe("no-cache");
      const script = (await get(main())).body.toString();
      const list = new RegExp(`import\\{([^}]*)\\}from"\\./${library}"`).exec(script)?.[1]?.split(",") ?? [];
      const asked = list.map((entry) => entry.trim().split(" as ")[0]);
      const offered = await import(`data:text/javascript;base64,${inert.body.toString("base64")}`);
      expect(asked.length).toBeGreaterThan(0);
      expect(Object.keys(offered)).toEqual(expect.arrayContaining(asked));
      usesStockWidgets = true;
      const real = await get(library);
      usesStockWidgets = false;
      expect(real.body.length).toBeGreaterThan(500_000);
      expect(real.headers["etag"]).not.toBe(inert.headers["etag"]);
    },
  );

  test("name icons only when a flow has a stock widget", async () => {
    const icon = '.mdi-account:before{content:"';
    const lean = (await get(sheet())).body.toString();
    usesStockWidgets = true;
    const whole = (await get(sheet())).body.toString();
    usesStockWidgets = false;
    expect(whole).toContain(icon);
    expect(lean).not.toContain(icon);
    expect(lean.length).toBeLessThan(0.7 * whole.length);
  });

  test("are sent plain to who refuses compression, and what is no asset is handed on", async () => {
    expect((await get(main(), { "accept-encoding": "br;q=0, gzip;q=0" })).headers["content-encoding"]).toBeUndefined();
    for (const name of ["", "../../package.json", "..%2f..%2fpackage.json", "nothing.js", "constructor"]) {
      expect((await get(name)).body.toString(), name).toBe("handed on");
    }
  });
});
