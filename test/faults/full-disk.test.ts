import { expect, test } from "vitest";
import { canMount, runFullDisk } from "./full-disk.ts";

/** In full, and with figures, in bench/faults.ts. */
test.skipIf(!canMount())(
  "a journal that is full, on a volume that is full, says so, drops the oldest, and heals",
  {
    timeout: 240_000,
  },
  async () => {
    const result = await runFullDisk(150, 30);
    expect(result.droppedAtCap, "the journal never reached its cap").toBeGreaterThan(0);
    expect(result.freeBytesLeft, "the volume was never full").toBeLessThan(65_536);
    expect(result.alarmedFirst).toBe(true);
    expect(result.integrity).toBe("ok");
    expect(result.inGaps).toBe(result.dropped);
    expect(result.isWritableAfterwards).toBe(true);
    expect({ duplicated: result.duplicated, outOfOrder: result.outOfOrder }).toEqual({ duplicated: 0, outOfOrder: 0 });
    // What is missing is what the journal says it dropped or could not take, and nothing else.
    expect(result.lost).toBeGreaterThan(0);
    expect(result.lost).toBeLessThanOrEqual(result.dropped + result.refused);
  },
);
