const HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n";
const LINES = 19_990;

/** Playlists that are as long as a limit lets them be, each of what costs a reader most. */
export const HUGE: { readonly name: string; readonly of: (bytes: number) => string }[] = [
  { name: "segments", of: (bytes) => fill("#EXTINF:2,\nsegment-of-the-camera-in-the-yard-1234567890.ts\n", bytes) },
  {
    name: "segments elsewhere",
    of: (bytes) => fill("#EXTINF:2,\n/elsewhere/segment-in-the-yard-1234567890.ts\n", bytes),
  },
  {
    name: "segments by absolute URL",
    of: (bytes) => fill("#EXTINF:2,\nhttp://10.1.101.7/cam/a.ts?segment=1234567890\n", bytes),
  },
  { name: "keys", of: (bytes) => fill('#EXT-X-KEY:METHOD=AES-128,URI="/keys/1",IV=0x1\n', bytes) },
  { name: "parts", of: (bytes) => fill('#EXT-X-PART:DURATION=0.5,URI="p.m4s",INDEPENDENT=YES\n', bytes) },
  {
    name: "attributes",
    of: (bytes) => fill(`#EXT-X-DATERANGE:${Array.from({ length: 64 }, (_, i) => `A${i}=1`)}\n`, bytes),
  },
  {
    name: "attributes that are dropped",
    of: (bytes) => fill(`#EXT-X-DATERANGE:${Array.from({ length: 64 }, (_, i) => `A${i}="//"`)}\n`, bytes),
  },
  { name: "commas and quotes", of: (bytes) => fill(`#EXT-X-FOO:${',"'.repeat(4000)}\n`, bytes) },
  { name: "references without end", of: (bytes) => fill(`#EXT-X-DATERANGE:ID="${"{$".repeat(4000)}}"\n`, bytes) },
  {
    name: "references",
    of: (bytes) =>
      `${HEAD}#EXT-X-DEFINE:NAME="a",VALUE="b"\n${fill(`#EXT-X-DATERANGE:ID="${"{$a}".repeat(2000)}"\n`, bytes).slice(HEAD.length)}`,
  },
  { name: "letters like a scheme", of: (bytes) => fill(`#EXT-X-FOO:${"a.".repeat(4000)}\n`, bytes) },
  { name: "digits like an address", of: (bytes) => fill(`#EXT-X-FOO:${"10.1.101.".repeat(900)}\n`, bytes) },
  {
    name: "blanks like an attribute",
    of: (bytes) => fill(`#EXT-X-FOO:${"URI ".repeat(10)}${" ".repeat(8000)}x\n`, bytes),
  },
  { name: "slashes and dots", of: (bytes) => fill(`#EXTINF:2,\n${"./".repeat(1000)}a\n`, bytes) },
  { name: "comments", of: (bytes) => fill(`#${" ".repeat(50)}\n`, bytes) },
  { name: "lines without line ends", of: (bytes) => HEAD.replaceAll("\n", "\r").repeat(bytes / HEAD.length) },
  // The line that an oracle needs seconds for.
  { name: "commas and quotes in one line", of: (bytes) => `${HEAD}#EXT-X-MEDIA:${',"'.repeat(bytes / 2 - 50)}` },
  { name: "one line", of: (bytes) => `${HEAD}#EXT-X-MAP:URI="${",".repeat(bytes - 100)}"` },
];

function fill(lines: string, bytes: number): string {
  const most = Math.floor(LINES / (lines.split("\n").length - 1));
  return HEAD + lines.repeat(Math.min(most, Math.floor((bytes - HEAD.length) / lines.length)));
}
