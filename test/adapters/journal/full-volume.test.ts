import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const CHILD = fileURLToPath(new URL("./full-volume-child.ts", import.meta.url));
/** A volume of its own needs a mount of its own: root, and a container that lets it. */
const canMount = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!canMount)("a full volume stops no one, corrupts nothing and heals by itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-volume-"));
  try {
    const script = `mount -t tmpfs -o size=48m tmpfs "$1" && exec "$2" "$3" "$1"`;
    const output = execFileSync("unshare", ["--mount", "sh", "-c", script, "sh", folder, process.execPath, CHILD], {
      encoding: "utf8",
    });
    const report = JSON.parse(output);
    expect(report.keptBefore).toBe(true);
    expect(report.refused + report.stateWhileFull.dropped, "the volume was never full").toBeGreaterThan(0);
    expect(report.errors).toContain("the volume of the journal is full: the reserve was given up");
    expect(report.keptAfterwards).toBe(true);
    expect(report.stateAfterwards.isWritable).toBe(true);
    expect(report.file.integrity).toBe("ok");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
