import { describe, expect, test } from "vitest";
import { rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import type { PlaylistContext } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { complaintsOf } from "./check-ours.ts";
import { aChild, aContext, outcomeOf, SHARED } from "./context.ts";

/** Where a playlist may put an address: `refuses` where players would go there, else it is taken out. */
const MEDIA_HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n";
const MASTER_HEAD = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\nz.m3u8\n";
const PLACES: { readonly place: string; readonly refuses: boolean; readonly text: (uri: string) => string }[] = [
  { place: "STREAM-INF", refuses: true, text: (uri) => `${MASTER_HEAD}#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}\n` },
  { place: "segment", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXTINF:2,\n${uri}\n` },
  {
    place: "MEDIA",
    refuses: true,
    text: (uri) => `${MASTER_HEAD}#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="${uri}"\n`,
  },
  {
    place: "I-FRAME",
    refuses: true,
    text: (uri) => `${MASTER_HEAD}#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="${uri}"\n`,
  },
  { place: "IMAGE", refuses: true, text: (uri) => `${MASTER_HEAD}#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="${uri}"\n` },
  { place: "KEY", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXT-X-KEY:METHOD=AES-128,URI="${uri}"\n` },
  {
    place: "SESSION-KEY",
    refuses: true,
    text: (uri) => `${MASTER_HEAD}#EXT-X-SESSION-KEY:METHOD=AES-128,URI="${uri}"\n`,
  },
  { place: "MAP", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXT-X-MAP:URI="${uri}"\n` },
  { place: "PART", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXT-X-PART:DURATION=1,URI="${uri}"\n` },
  {
    place: "PRELOAD-HINT PART",
    refuses: true,
    text: (uri) => `${MEDIA_HEAD}#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${uri}"\n`,
  },
  {
    place: "PRELOAD-HINT MAP",
    refuses: true,
    text: (uri) => `${MEDIA_HEAD}#EXT-X-PRELOAD-HINT:TYPE=MAP,URI="${uri}"\n`,
  },
  { place: "RENDITION-REPORT", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXT-X-RENDITION-REPORT:URI="${uri}"\n` },
  { place: "PREFETCH", refuses: true, text: (uri) => `${MEDIA_HEAD}#EXT-X-PREFETCH:${uri}\n` },
  {
    place: "SESSION-DATA",
    refuses: false,
    text: (uri) => `${MASTER_HEAD}#EXT-X-SESSION-DATA:DATA-ID="a",URI="${uri}"\n`,
  },
  {
    place: "CONTENT-STEERING",
    refuses: false,
    text: (uri) => `${MASTER_HEAD}#EXT-X-CONTENT-STEERING:SERVER-URI="${uri}"\n`,
  },
  {
    place: "X-ASSET-URI",
    refuses: false,
    text: (uri) => `${MEDIA_HEAD}#EXT-X-DATERANGE:ID="a",X-ASSET-URI="${uri}"\n`,
  },
  {
    place: "X-ASSET-LIST",
    refuses: false,
    text: (uri) => `${MEDIA_HEAD}#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="${uri}"\n`,
  },
  { place: "an unknown tag", refuses: false, text: (uri) => `${MEDIA_HEAD}#EXT-X-VENDOR:URI="${uri}"\n` },
  { place: "a comment", refuses: false, text: (uri) => `${MEDIA_HEAD}# ${uri}\n` },
  { place: "a title", refuses: false, text: (uri) => `${MEDIA_HEAD}#EXTINF:2,${uri}\na.ts\n` },
];

/** On a camera that shares host and port with its controller. */
const TARGETS = [
  "http://127.0.0.1:6379/",
  "http://127.0.0.1:5432/a.ts",
  "http://localhost/a.ts",
  "http://169.254.169.254/latest/meta-data/",
  "http://[::ffff:127.0.0.1]/a.ts",
  "http://[::ffff:10.1.101.7]/cam/a.ts",
  "http://[::1]/a.ts",
  "http://0x7f000001/a.ts",
  "http://2130706433/a.ts",
  "http://127.1/a.ts",
  "http://10.1.101.7@evil/a.ts",
  "http://user:word@10.1.101.7/cam/a.ts",
  "http://10.1.101.7:8080/cam/a.ts",
  "https://10.1.101.7/cam/a.ts",
  "http://10.1.101.7.evil/a.ts",
  "//evil/x.ts",
  "///evil/x.ts",
  String.raw`\\evil\x.ts`,
  String.raw`/\evil/x.ts`,
  "http://10.1.101.8/cam/a.ts",
  "http://10.1.101.8/cam/live.m3u8",
  "http://10.1.101.7/cooler?operation=close",
  "http://10.1.101.7/cooler",
  "/cooler?operation=close",
  "/COOLER?operation=close",
  "/cooler/x.ts",
  "/%63ooler?operation=close",
  "../cooler?operation=open#a.ts",
  "/cam/..%2fcooler/a.ts",
  "/cam/%2e%2e%2fcooler.ts",
  "/cam/%252e%252e/cooler.ts",
  "/cam/..;/cooler.ts",
  "/cam/a.ts;x",
  "/cam/a.ts?operation=close",
  "/cam/a%00.ts",
  "/cam/%c0%ae%c0%ae/a.ts",
  "/cam//a.ts",
  "/a.ts",
  "../../../../etc/passwd",
  "%2e%2e%2fetc/a.ts",
  String.raw`\..\cooler.ts`,
  "file:///etc/passwd",
  "ftp://10.1.101.7/cam/a.ts",
  "data:video/mp2t;base64,AAAA",
  "javascript:alert(1)",
  "blob:http://10.1.101.7/cam/a.ts",
  "concat:http://10.1.101.7/a.ts|http://evil/b.ts",
  "subfile,,start,0,end,9,,:/etc/passwd",
  "gopher://127.0.0.1:6379/_FLUSHALL",
  "skd://key",
  `${"a".repeat(2049)}.ts`,
  "http://[/a.ts",
  "http:///",
];

/** The targets with which something else happens in that place than should. */
function wrongIn({ refuses, text }: (typeof PLACES)[number], context: PlaylistContext): string[] {
  return TARGETS.filter((uri) => {
    const outcome = outcomeOf(text(uri), context);
    if (typeof outcome === "string") return !refuses || outcome !== "target_not_allowed";
    return refuses || complaintsOf(outcome, aContext({}, SHARED)).length > 0 || outcome.text.includes(uri);
  });
}

test.for(PLACES)("no target is let out in $place", (place) => {
  expect(wrongIn(place, aContext({}, SHARED))).toEqual([]);
});

test("what that shows follows from the guard: without it, all but what is an address for nobody comes through", () => {
  const trusting = { ...aContext({}, SHARED), judge: () => null };
  const nobodys = (uri: string) => /\\|\[\/|\/{3}$/.test(uri) || uri.length > 2048;
  for (const place of PLACES.filter(({ refuses }) => refuses)) {
    expect(wrongIn(place, trusting)).toEqual(TARGETS.filter((uri) => !nobodys(uri)));
  }
});

test("an address in the camera's own words is one of the camera's", () => {
  const { resources } = rewritePlaylist(`${MEDIA_HEAD}#EXTINF:2,\nhttp:evil.ts\n`, aContext({}, SHARED));
  expect(resources.map(({ url }) => url)).toEqual(["http://10.1.101.7/cam/evil.ts"]);
});

describe("addresses that name nothing", () => {
  test.for(["", "?", "#", "#a", "?#a"])('URI="%s"', (uri) => {
    expect(outcomeOf(`${MEDIA_HEAD}#EXT-X-MAP:URI="${uri}"`, aContext())).toBe("playlist_invalid");
  });
});

const define = (attributes: string) => `#EXT-X-DEFINE:${attributes}\n`;
const EXTINF = "#EXTINF:2,\n";
/** As many as fit a line, of a value as long as fits one. */
const LONG_VALUE = define(`NAME="a",VALUE="${"x".repeat(8000)}"`);
const MANY = "{$a}".repeat(1500);

describe("variables", () => {
  test.for([
    {
      name: "an inner host by a value",
      text: `${define('NAME="h",VALUE="127.0.0.1:6379"')}${EXTINF}http://{$h}/a.ts`,
      cause: "target_not_allowed",
    },
    {
      name: "an inner host in an attribute",
      text: `${define('NAME="h",VALUE="http://169.254.169.254"')}#EXT-X-MAP:URI="{$h}/a"`,
      cause: "target_not_allowed",
    },
    {
      name: "a scheme in pieces",
      text: `${define('NAME="h",VALUE="fi"')}${EXTINF}{$h}le:///etc/passwd`,
      cause: "target_not_allowed",
    },
    { name: "undefined in a line", text: `${EXTINF}{$no}.ts`, cause: "playlist_invalid" },
    { name: "undefined in an attribute", text: '#EXT-X-MAP:URI="{$no}"', cause: "playlist_invalid" },
    {
      name: "used before it is defined",
      text: `${EXTINF}{$a}.ts\n${define('NAME="a",VALUE="b"')}`,
      cause: "playlist_invalid",
    },
    { name: "defined twice", text: define('NAME="a",VALUE="b"').repeat(2), cause: "playlist_invalid" },
    { name: "by two names", text: define('NAME="a",VALUE="b",QUERYPARAM="token"'), cause: "playlist_invalid" },
    { name: "without a value", text: define('NAME="a"'), cause: "playlist_invalid" },
    { name: "with an odd name", text: define('NAME="a b",VALUE="c"'), cause: "playlist_invalid" },
    { name: "imported from nowhere", text: define('IMPORT="a"'), cause: "playlist_invalid" },
    { name: "a query that was not sent", text: define('QUERYPARAM="viewer"'), cause: "playlist_invalid" },
    {
      name: "101 of them",
      text: Array.from({ length: 101 }, (_, i) => define(`NAME="a${i}",VALUE="b"`)).join(""),
      cause: "playlist_invalid",
    },
    { name: "itself", text: define('NAME="a",VALUE="{$a}"'), cause: "playlist_invalid" },
    { name: "growth in lines", text: `${LONG_VALUE}#EXT-X-PREFETCH:${MANY}`, cause: "playlist_too_large" },
    { name: "growth in attributes", text: `${LONG_VALUE}#EXT-X-DATERANGE:ID="${MANY}"`, cause: "playlist_too_large" },
    {
      name: "growth by doubling",
      text: `${define('NAME="a0",VALUE="0123456789"')}${Array.from({ length: 40 }, (_, i) => define(`NAME="a${i + 1}",VALUE="{$a${i}}{$a${i}}"`)).join("")}`,
      cause: "playlist_too_large",
    },
  ])("$name: $cause", ({ text, cause }) => {
    expect(outcomeOf(MEDIA_HEAD + text, aContext())).toBe(cause);
  });

  test("of the camera's own query are never shown", () => {
    const context = aContext();
    const text = `${MEDIA_HEAD}${define('QUERYPARAM="token"')}${define('NAME="b",VALUE="x{$token}"')}#EXT-X-DATERANGE:ID="1",CLASS="{$b}"\n${EXTINF}{$token}/a.ts\n${EXTINF}{$b}.ts\n`;
    const playlist = rewritePlaylist(text, context);
    expect(complaintsOf(playlist, context)).toEqual([]);
    expect(playlist.text).toContain('#EXT-X-DATERANGE:ID="1"\n');
    expect(playlist.resources.map(({ url, servedAs }) => [url, servedAs.slice(0, 2)])).toEqual([
      ["http://10.1.101.7/cam/s3cret/a.ts", "r/"],
      ["http://10.1.101.7/cam/xs3cret.ts", "r/"],
    ]);
  });

  test("go from a master to the playlists that it names", () => {
    const master = rewritePlaylist(`${MASTER_HEAD}${define('NAME="a",VALUE="b/c"')}`, aContext());
    const text = `${MEDIA_HEAD}${define('IMPORT="a"')}${EXTINF}{$a}.ts\n`;
    const { resources } = rewritePlaylist(text, aChild({ variables: master.variables }));
    expect(resources.map(({ url }) => url)).toEqual(["http://10.1.101.7/cam/720p/b/c.ts"]);
  });

  test("are filled in once, and leave nothing to fill in", () => {
    const pieces = `${MEDIA_HEAD}${define('NAME="a",VALUE="{"')}#EXT-X-DATERANGE:ID="{$a}$a}",CLASS="b"\n`;
    expect(rewritePlaylist(pieces, aContext()).text).toBe(`${MEDIA_HEAD}#\n#EXT-X-DATERANGE:CLASS="b"\n`);
    const text = `${MEDIA_HEAD}${define('NAME="a",VALUE="{$"')}${EXTINF}{$a}x.ts\n`;
    expect(rewritePlaylist(text, aContext()).resources[0]?.url).toBe("http://10.1.101.7/cam/%7B$x.ts");
  });
});

const utf16 = (text: string) => Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((char) => [char.charCodeAt(0), 0])]);
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
const LINE = 8192;

describe("syntax", () => {
  test.for<{ name: string; text: string | Uint8Array; gives: string; context?: PlaylistContext }>([
    { name: "empty", text: "", gives: "playlist_invalid" },
    { name: "no #EXTM3U", text: "#EXT-X-TARGETDURATION:2\n", gives: "playlist_invalid" },
    {
      name: "another first line",
      text: `#EXTM3U x-tvg-url="http://evil/"\n#EXT-X-TARGETDURATION:2\n`,
      gives: "playlist_invalid",
    },
    { name: "a login page", text: "<!doctype html><title>Login</title>", gives: "playlist_invalid" },
    { name: "UTF-16", text: utf16(MEDIA_HEAD), gives: "playlist_invalid" },
    { name: "UTF-16 without its mark", text: utf16(MEDIA_HEAD).slice(2), gives: "playlist_invalid" },
    {
      name: "overlong UTF-8",
      text: bytes(MEDIA_HEAD, EXTINF, [0xc0, 0xae, 0xc0, 0xae], "/a.ts"),
      gives: "playlist_invalid",
    },
    { name: "half a character", text: bytes(MEDIA_HEAD, EXTINF, [0xe4, 0xb8]), gives: "playlist_invalid" },
    { name: "gzip", text: bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), gives: "playlist_invalid" },
    { name: "NUL", text: `${MEDIA_HEAD}${EXTINF}a\0.ts`, gives: "playlist_invalid" },
    { name: "CR only", text: MEDIA_HEAD.replaceAll("\n", "\r"), gives: "playlist_invalid" },
    { name: "a CR inside a line", text: `${MEDIA_HEAD}#EXT-X-FOO:1\rhttp://evil/a.ts`, gives: "playlist_invalid" },
    { name: "a line separator inside a line", text: `${MEDIA_HEAD}#EXT-X-FOO:1\u2028a.ts`, gives: "playlist_invalid" },
    { name: "NEL inside a line", text: `${MEDIA_HEAD}#EXT-X-FOO:1\u0085a.ts`, gives: "playlist_invalid" },
    { name: "an escape", text: `${MEDIA_HEAD}#\u001b[2J`, gives: "playlist_invalid" },
    { name: "an unclosed quote", text: `${MEDIA_HEAD}#EXT-X-MAP:URI="a`, gives: "playlist_invalid" },
    { name: "text behind a quote", text: `${MEDIA_HEAD}#EXT-X-MAP:URI="a"b`, gives: "playlist_invalid" },
    { name: "a quote inside a word", text: `${MEDIA_HEAD}#EXT-X-MAP:A=a"b,URI="c"`, gives: "playlist_invalid" },
    { name: "an attribute without a value", text: `${MEDIA_HEAD}#EXT-X-MAP:A,URI="c"`, gives: "playlist_invalid" },
    { name: "a URI twice", text: `${MEDIA_HEAD}#EXT-X-MAP:URI="a",URI="http://evil/"`, gives: "playlist_invalid" },
    {
      name: "a URI twice, once in small letters",
      text: `${MEDIA_HEAD}#EXT-X-MAP:URI="a",uri="http://evil/"`,
      gives: `${MEDIA_HEAD}#EXT-X-MAP:URI="a"`,
    },
    { name: "a URI in small letters only", text: `${MEDIA_HEAD}#EXT-X-MAP:uri="a"`, gives: "playlist_invalid" },
    {
      name: "65 attributes",
      text: `${MEDIA_HEAD}#EXT-X-DATERANGE:${Array.from({ length: 65 }, (_, i) => `A${i}=1`)}`,
      gives: "playlist_invalid",
    },
    {
      name: "more than 30 000 attributes",
      text: MEDIA_HEAD + `#EXT-X-DATERANGE:${Array.from({ length: 60 }, (_, i) => `A${i}=1`)}\n`.repeat(501),
      gives: "playlist_too_large",
    },
    {
      name: "20 000 commas and quotes",
      text: `${MEDIA_HEAD}#EXT-X-MAP:${',"'.repeat(20_000)}`,
      gives: "playlist_too_large",
    },
    { name: "as many as fit a line", text: `${MEDIA_HEAD}#EXT-X-MAP:${',"'.repeat(4000)}`, gives: "playlist_invalid" },
    { name: "a line over its limit", text: `${MEDIA_HEAD}#${"x".repeat(LINE)}`, gives: "playlist_too_large" },
    { name: "a line at its limit", text: `${MEDIA_HEAD}#${"x".repeat(LINE - 1)}`, gives: `${MEDIA_HEAD}#` },
    { name: "a URI of 100 kB", text: `${MEDIA_HEAD}${EXTINF}${"a".repeat(100_000)}`, gives: "playlist_too_large" },
    { name: "more than 20 000 lines", text: MEDIA_HEAD + "\n".repeat(20_000), gives: "playlist_too_large" },
    { name: "20 000 lines", text: MEDIA_HEAD + "\n".repeat(19_997), gives: MEDIA_HEAD + "\n".repeat(19_997) },
    { name: "more than 256 KiB", text: MEDIA_HEAD + `#${"x".repeat(1000)}\n`.repeat(262), gives: "playlist_too_large" },
    {
      name: "more than 1 MiB, whatever is set",
      text: MEDIA_HEAD + `#${"x".repeat(1000)}\n`.repeat(1050),
      gives: "playlist_too_large",
      context: aContext({ maxBytes: 1e9 }),
    },
    {
      name: "101 variants",
      text: `#EXTM3U\n${"#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n".repeat(101)}`,
      gives: "playlist_too_large",
    },
    {
      name: "101 reports",
      text: MEDIA_HEAD + '#EXT-X-RENDITION-REPORT:URI="a"\n'.repeat(101),
      gives: "playlist_too_large",
    },
    { name: "a master below a master", text: MASTER_HEAD, gives: "playlist_too_deep", context: aChild() },
    {
      name: "an I-frame list below a master",
      text: '#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="a"',
      gives: "playlist_too_deep",
      context: aChild(),
    },
    { name: "a byte order mark", text: bytes([0xef, 0xbb, 0xbf], MEDIA_HEAD), gives: MEDIA_HEAD },
    { name: "a byte order mark in text", text: `\uFEFF${MEDIA_HEAD}`, gives: MEDIA_HEAD },
    { name: "CRLF", text: MEDIA_HEAD.replaceAll("\n", "\r\n"), gives: MEDIA_HEAD },
    {
      name: "blanks around lines",
      text: ` #EXTM3U \n\t#EXT-X-TARGETDURATION:2\n${EXTINF}  a.ts `,
      gives: `${MEDIA_HEAD}${EXTINF}a.ts`,
    },
  ])("$name: $gives", ({ text, gives, context = aContext() }) => {
    const outcome = outcomeOf(text, context);
    expect(typeof outcome === "string" ? outcome : outcome.text).toBe(gives);
  });
});

test("numbers that are none, too large or no exact ones are refused everywhere", () => {
  const DURATION = ["0", "-1", "1e308", "NaN", "Infinity", "601", "0x10", "", "1,5", "9".repeat(400)];
  const INTEGER = ["-1", "18446744073709551616", "9007199254740992", "1.5", "1e3", "NaN", "", " ", "0x1"];
  const RANGE = ["9e18@9e18", "9007199254740991@1", "0@0", "-1@0", "1@-1", "1@", "@1", "1@1@1", "10", "NaN@0", ""];
  const texts = [
    ...DURATION.map((value) => `#EXTM3U\n#EXT-X-TARGETDURATION:${value}`),
    ...DURATION.filter((value) => !/^(?:0|1,5)$/.test(value)).map((value) => `${MEDIA_HEAD}#EXTINF:${value},\na.ts`),
    ...DURATION.filter((value) => value !== "0").map((value) => `${MEDIA_HEAD}#EXT-X-PART:DURATION=${value},URI="a"`),
    ...DURATION.map((value) => `${MEDIA_HEAD}#EXT-X-PART-INF:PART-TARGET=${value}`),
    ...["VERSION", "MEDIA-SEQUENCE", "DISCONTINUITY-SEQUENCE", "BITRATE"].flatMap((tag) =>
      INTEGER.map((value) => `${MEDIA_HEAD}#EXT-X-${tag}:${value}`),
    ),
    ...INTEGER.map((value) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=${value}\na`),
    ...INTEGER.map((value) => `${MEDIA_HEAD}#EXT-X-PRELOAD-HINT:TYPE=PART,URI="a",BYTERANGE-START=${value}`),
    ...INTEGER.map((value) => `${MEDIA_HEAD}#EXT-X-SKIP:SKIPPED-SEGMENTS=${value}`),
    ...RANGE.map((value) => `${MEDIA_HEAD}${EXTINF}#EXT-X-BYTERANGE:${value}\na.ts`),
    ...RANGE.map((value) => `${MEDIA_HEAD}#EXT-X-PART:DURATION=1,URI="a",BYTERANGE="${value}"`),
    ...RANGE.filter((value) => value !== "10").map((value) => `${MEDIA_HEAD}#EXT-X-MAP:URI="a",BYTERANGE="${value}"`),
    `${MEDIA_HEAD}#EXT-X-PRELOAD-HINT:TYPE=PART,URI="a",BYTERANGE-START=9007199254740991,BYTERANGE-LENGTH=1`,
    `${MEDIA_HEAD}${EXTINF}#EXT-X-BYTERANGE:9007199254740000@0\na.ts\n${EXTINF}#EXT-X-BYTERANGE:9007199254740000\na.ts`,
    `${MEDIA_HEAD}#EXT-X-SKIP:SKIPPED-SEGMENTS=1`,
    `${MEDIA_HEAD}${EXTINF}a.ts\n#EXT-X-SKIP:SKIPPED-SEGMENTS=0`,
  ];
  expect(texts.filter((text) => outcomeOf(text, aContext()) !== "playlist_invalid")).toEqual([]);
});

test("a refusal tells the line, and no word of the camera's", () => {
  const text = `${MEDIA_HEAD}${EXTINF}http://10.1.101.8/private-name.ts`;
  expect(() => rewritePlaylist(text, aContext())).toThrowError(/^line 4: a URI leads where it must not$/);
});
