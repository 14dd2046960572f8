import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { startBounded } from "../../scripts/bounded-run.ts";

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
const node = (code: string, limitS: number) =>
  startBounded(process.execPath, ["-e", code], { cwd: import.meta.dirname, limitS });
/** Starts a child that stays and writes its number, and then does something else. */
const withChild = (then: string) =>
  `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { stdio: "inherit" });
   console.log("child " + child.pid); ${then}`;
const childOf = (output: string) => Number(/child (\d+)/.exec(output)?.[1]);

/** What is left of a process, and what it does, /proc tells. */
const onLinux = it.skipIf(process.platform !== "linux");

describe("a program that may hang", () => {
  it("one that ends by itself is told as it ended, with what it said", async () => {
    const ended = await node('console.log("out"); console.error("err"); process.exitCode = 3', 60).ended;
    expect(ended).toEqual({ isGood: false, code: 3, output: "out\n", errors: "err\n", hungAfterS: null });
    expect((await node("", 60).ended).isGood).toBe(true);
  });

  onLinux(
    "one that never comes back is ended with all that it has started, and what it was doing is told",
    async () => {
      const ended = await node(withChild("for (;;);"), 1).ended;
      expect(ended).toMatchObject({ isGood: false, hungAfterS: 1 });
      expect(ended.errors).toMatch(/ R \d\.\d s .*node -e/);
      await vi.waitFor(() => expect(isAlive(childOf(ended.output))).toBe(false));
    },
  );

  onLinux("one that ends and leaves something behind that holds its output open is not waited for", async () => {
    const ended = await node(withChild("process.exit(0)"), 60).ended;
    expect(ended).toMatchObject({ isGood: true, hungAfterS: null });
    const left = childOf(ended.output);
    expect(isAlive(left)).toBe(true);
    process.kill(left, "SIGKILL");
  });

  it("one that can't be started says so", async () => {
    const { ended } = startBounded("/no/such/program", [], { cwd: import.meta.dirname, limitS: 60 });
    expect(await ended).toMatchObject({ isGood: false, errors: expect.stringContaining("ENOENT") });
  });
});
