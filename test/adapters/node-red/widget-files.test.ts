import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWidgetFiles, type WidgetFiles } from "../../../adapters/node-red/widget-files.ts";

const SHARED = `import"../chunks/deep-2.js";export const words = ${JSON.stringify("word ".repeat(2000))};`;

describe("the widgets' files", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "widget-files-"));
  let files: WidgetFiles;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    mkdirSync(path.join(folder, "chunks"));
    writeFileSync(
      path.join(folder, "ui-one.js"),
      `import{a as b}from"./chunks/shared-1.js";b();import("./chunks/later-3.js")`,
    );
    writeFileSync(path.join(folder, "chunks/shared-1.js"), SHARED);
    writeFileSync(path.join(folder, "chunks/deep-2.js"), `import"./shared-1.js";`);
    writeFileSync(path.join(folder, "chunks/later-3.js"), "");
    writeFileSync(path.join(folder, "secret.json"), "{}");
    files = createWidgetFiles(folder);
    server = createServer((asked, response) =>
      files.handle(asked, response, () => {
        response.writeHead(404);
        response.end();
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = async (name: string, headers: Record<string, string> = {}) => {
    const { statusCode, headers: got, body } = await request(`${url}/${name}`, { headers });
    return { status: statusCode, headers: got, body: Buffer.from(await body.arrayBuffer()) };
  };

  test("are told with all that they import at once, not with what they may load later", () => {
    expect(files.withImports("ui-one.js")).toEqual(["ui-one.js", "chunks/shared-1.js", "chunks/deep-2.js"]);
    expect(files.withImports("ui-none.js")).toEqual([]);
    expect(createWidgetFiles(path.join(folder, "not-built")).withImports("ui-one.js")).toEqual([]);
  });

  test("come compressed; only what has a hash in its name is kept for good", async () => {
    const chunk = await get("chunks/shared-1.js", { "accept-encoding": "br" });
    expect(brotliDecompressSync(chunk.body).toString()).toBe(SHARED);
    expect(chunk.headers["cache-control"]).toContain("immutable");
    const entry = await get("ui-one.js?view=overview");
    expect([entry.status, entry.headers["cache-control"]]).toEqual([200, "no-cache"]);
    expect((await get("ui-one.js", { "if-none-match": String(entry.headers["etag"]) })).status).toBe(304);
  });

  test("are only those that were there at the start", async () => {
    for (const name of ["secret.json", "..%2fpackage.json", "chunks/..%2fui-one.js", "nothing.js", ""]) {
      expect((await get(name)).status, name).toBe(404);
    }
  });
});
