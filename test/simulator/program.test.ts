import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "./raw-client.ts";

const MAIN = fileURLToPath(new URL("../../simulator/main.ts", import.meta.url));

function run(args: string[], env = process.env) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const seen = { out: "", err: "" };
  child.stdout.on("data", (part) => {
    seen.out += part;
  });
  child.stderr.on("data", (part) => {
    seen.err += part;
  });
  return { child, seen };
}

test.for(["SIGINT", "SIGTERM"] as const)(
  "it says one line when ready, and %s ends it cleanly even with open connections",
  async (signal) => {
    const { child, seen } = run(["--sites", "3", "--port", "0", "--cameras", "off"]);
    const line = await eventually(() => (seen.out.includes("\n") ? seen.out : null), 20_000);
    const control = /control (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1] ?? "";
    expect(line).toMatch(
      /^simulator: 3 sites on 127\.0\.0\.1:\d+–\d+, control http:\/\/127\.0\.0\.1:\d+, no sites file\n$/,
    );
    const { sites } = (await (await fetch(`${control}/sites`)).json()) as { sites: { url: string }[] };
    await (await fetch(`${sites[0]?.url}/cooler?operation=coolerState`)).json();
    const exit = once(child, "exit");
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect(seen.err).toBe("");
  },
);

test("an unknown option ends it with one line that names it", async () => {
  const { child, seen } = run(["--sitez", "3"]);
  expect(await once(child, "exit")).toEqual([2, null]);
  expect(seen.err.trim().split("\n")).toHaveLength(1);
  expect(seen.err).toContain("--sitez");
});

test("without FFmpeg it says so, and its cameras show the small loop", async () => {
  const { seen } = run(["--sites", "1", "--port", "0"], { ...process.env, PATH: "/nowhere" });
  await eventually(() => (seen.out.includes("FFmpeg is not installed") ? true : null), 20_000);
  const control = /control (http:\/\/127\.0\.0\.1:\d+)/.exec(seen.out)?.[1] ?? "";
  const { sites } = (await (await fetch(`${control}/sites`)).json()) as { sites: { url: string }[] };
  const playlist = await (await fetch(`${sites[0]?.url}/stream.m3u8`)).text();
  const segment = await fetch(`${sites[0]?.url}/${/^stream\/.*$/m.exec(playlist)?.[0]}`);
  expect((await segment.bytes())[0]).toBe(0x47);
  expect(seen.err).toBe("");
});
