/** The fragments of one MP4 file, and what a player needs before the first of them. */
export type Fragments = { readonly init: Buffer; readonly fragments: readonly Buffer[] };

/** Splits a fragmented MP4 at its `moof` boxes. What comes after the last fragment (`mfra`) is left out. */
export function splitFragments(file: Buffer): Fragments {
  const starts: number[] = [];
  let end = file.length;
  for (const { at, type } of boxesOf(file)) {
    if (type === "moof") starts.push(at);
    if (type === "mfra") end = at;
  }
  const fragments = starts.map((start, index) => file.subarray(start, starts[index + 1] ?? end));
  return { init: file.subarray(0, starts[0] ?? end), fragments };
}

function* boxesOf(file: Buffer): Generator<{ at: number; type: string }> {
  for (let at = 0; at + 8 <= file.length; ) {
    const size = file.readUInt32BE(at);
    yield { at, type: file.toString("latin1", at + 4, at + 8) };
    // 0 and 1 say "to the end" and "64 bits": FFmpeg writes neither for files so small
    if (size < 8) throw new Error(`a box of ${size} bytes at ${at}`);
    at += size;
  }
}
