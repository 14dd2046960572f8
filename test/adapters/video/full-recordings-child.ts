import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { createRecordingWriter } from "../../../adapters/video/gateway/recording-writer.ts";

/** Writes pieces to a small volume until it is full, makes room, and goes on. Prints what was seen. */
const [, , volume = ""] = process.argv;
const root = join(volume, "recordings");
let nowMs = 0;
let startMs = 1_795_420_800_000;
const writer = createRecordingWriter({
  store: createDiskStore(root),
  leastFreeBytes: 256 * 1024,
  onChange: () => undefined,
  clock: () => nowMs,
  warn: () => undefined,
});

async function write(bytes: number): Promise<void> {
  startMs += 2_000;
  writer.write(
    {
      siteId: "site-001",
      startMs,
      durationMs: 2_000,
      kind: "segment",
      container: "ts",
      bytes,
      initBytes: 0,
      initId: null,
      codec: null,
      isDiscontinuity: false,
      reason: "continuous",
    },
    [Buffer.alloc(bytes, 0x47)],
  );
  await writer.idle();
}
const seen = () => ({ cause: writer.cause, files: writer.writtenFiles, lost: writer.lostFiles });
const freeBytes = () => statfsSync(volume).bavail * statfsSync(volume).bsize;

await write(100_000);
const atFirst = seen();

// Nearly full: nothing is tried any more, so that what is left stays for others.
writeFileSync(join(volume, "others"), Buffer.alloc(freeBytes() - 200_000));
await writer.look();
await write(10_000);
const nearlyFull = { ...seen(), isRoomKept: freeBytes() > 150_000 };

// Full between two looks: the write itself fails, and leaves nothing behind.
rmSync(join(volume, "others"));
nowMs += 10_000;
await writer.look();
const withRoom = seen();
writeFileSync(join(volume, "others"), Buffer.alloc(freeBytes() - 50_000));
const before = freeBytes();
await write(200_000);
const full = { ...seen(), isNothingLeft: freeBytes() >= before - 8_192 };

rmSync(join(volume, "others"));
nowMs += 10_000;
await writer.look();
await write(100_000);
await sleep(0);
const goesOn = seen();

// What waits to be moved from here takes all it may: nothing more is written until there is room.
writer.takeRoom(60_000);
await write(100_000);
const spoolFull = seen();
await write(10_000);
await writer.look();
const stillFull = seen();
writer.takeRoom(60_000);
await write(10_000);
process.stdout.write(
  JSON.stringify({ atFirst, nearlyFull, withRoom, full, goesOn, spoolFull, stillFull, moved: seen() }),
);
