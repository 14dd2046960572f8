import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const CHILD = path.join(import.meta.dirname, "faulty-child.ts");
type Ended = { readonly code: number | null; readonly lines: readonly string[]; readonly faults: readonly LogLine[] };
type LogLine = { level: string; event?: string; origin?: string; name?: string; message?: string; frames?: string[] };

/** Runs the program to its end; with a signal, this is sent as soon as it works. */
function run(fault: string, closing: string, signal?: NodeJS.Signals): Promise<Ended> {
  const child = spawn(process.execPath, [CHILD, fault, closing], { stdio: ["ignore", "pipe", "pipe"] });
  const outlived = setTimeout(() => child.kill("SIGKILL"), 20_000);
  let text = "";
  const keep = (chunk: Buffer): void => {
    const before = text;
    text += chunk.toString();
    if (signal && !before.includes("working") && text.includes("working")) child.kill(signal);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((resolve) => {
    child.once("close", (code) => {
      clearTimeout(outlived);
      const lines = text.split("\n").filter((line) => line !== "");
      const logged = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
      resolve({ code, lines, faults: logged.filter(({ event }) => event === "process.uncaught") });
    });
  });
}

const REJECTION = "unhandledRejection";
const EXCEPTION = "uncaughtException";

test.for([
  { name: "an exception", fault: "exception", origin: EXCEPTION, error: "TypeError" },
  { name: "a rejection", fault: "rejection", origin: REJECTION, error: "RangeError" },
  { name: "a rejection with a text", fault: "text", origin: REJECTION, error: "UnhandledPromiseRejection" },
  { name: "an exception of a thread without an owner", fault: "worker", origin: EXCEPTION, error: "TypeError" },
])(
  "$name that nobody caught is logged, everything is closed, and the exit code is 1",
  async ({ fault, origin, error }) => {
    const { code, lines, faults } = await run(fault, "well");
    expect(code).toBe(1);
    expect(faults).toEqual([expect.objectContaining({ level: "fatal", origin, name: error })]);
    expect(lines.filter((line) => !line.startsWith("{"))).toEqual([
      "working",
      `told of ${origin} ${error}`,
      "closing after a fault",
      "closed",
    ]);
  },
);

test("the line says where it happened, and nothing of what it was about", async () => {
  const { lines, faults } = await run("exception", "well");
  expect(faults[0]?.frames?.join("\n")).toContain("throwTypeError");
  expect(faults[0]?.message).toMatch(/^Unexpected token/);
  expect(lines.join("\n")).not.toMatch(/pass-phrase|hunter2/);
});

test("closing that hangs is cut off", async () => {
  const { code, lines } = await run("exception", "never");
  expect(code).toBe(1);
  expect(lines.join("\n")).toContain('"event":"process.stuck"');
});

test("closing that fails ends the process, too", async () => {
  const { code, lines } = await run("rejection", "badly");
  expect(code).toBe(1);
  expect(lines.join("\n")).toContain("the shutdown failed");
});

test("a fault in a loop fills no log, and ends the process once", async () => {
  const { code, lines, faults } = await run("loop", "never");
  expect(code).toBe(1);
  expect(faults.length).toBeLessThanOrEqual(10);
  expect(lines.filter((line) => line === "closing after a fault")).toHaveLength(1);
});

test("before there is anything to close, the process just ends", async () => {
  const { code, faults } = await run("exception", "early");
  expect(code).toBe(1);
  expect(faults).toHaveLength(1);
});

test.for(["SIGTERM", "SIGINT"] as const)("%s closes everything, and the exit code is 0", async (signal) => {
  const { code, lines, faults } = await run("none", "well", signal);
  expect(code).toBe(0);
  expect(faults).toEqual([]);
  expect(lines).toContain("closing after a signal");
});

test("a signal ends also what hangs", async () => {
  const { code } = await run("none", "never", "SIGTERM");
  expect(code).toBe(1);
});
