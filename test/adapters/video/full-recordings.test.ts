import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { canMount } from "../../faults/full-disk.ts";

const CHILD = fileURLToPath(new URL("./full-recordings-child.ts", import.meta.url));
const volume = mkdtempSync(join(tmpdir(), "recordings-volume-"));
afterAll(() => rmSync(volume, { recursive: true, force: true }));

/** A volume of 2 MiB that only this test sees. */
const SCRIPT = `mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" "$3" "$1"`;

test.skipIf(!canMount())(
  "on a full disk recording stops, says so, leaves nothing behind, and goes on by itself",
  () => {
    const words = ["--mount", "sh", "-c", SCRIPT, "sh", volume, process.execPath, CHILD];
    expect(JSON.parse(execFileSync("unshare", words).toString())).toEqual({
      atFirst: { cause: null, files: 1, lost: 0 },
      nearlyFull: { cause: "storage_full", files: 1, lost: 1, isRoomKept: true },
      withRoom: { cause: null, files: 1, lost: 1 },
      full: { cause: "storage_full", files: 1, lost: 2, isNothingLeft: true },
      goesOn: { cause: null, files: 2, lost: 2 },
      spoolFull: { cause: "spool_full", files: 3, lost: 2 },
      stillFull: { cause: "spool_full", files: 3, lost: 3 },
      moved: { cause: null, files: 4, lost: 3 },
    });
  },
);
