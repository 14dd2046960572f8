import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlaylistRewriter, rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import type { RewrittenPlaylist } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { complaintsOf } from "./check-ours.ts";
import { aContext, causeOr, outcomeOf } from "./context.ts";
import { HUGE } from "./huge.ts";
import { meaningOf, ORACLES, upstreamOf, upstreamOfServed } from "./oracles.ts";
import { REALISTIC, type Realistic, WITH_VARIABLES } from "./realistic.ts";

const anyPlaylist = fc.constantFrom<Realistic>(...REALISTIC, {
  name: "variables",
  text: WITH_VARIABLES,
  context: aContext(),
});

/** What makes readers stumble, and addresses that must not get through. */
const SPLINTERS = [
  ...'"=,:/\\#?@{}$ \t\r\n.%;',
  ...[
    "\r\n",
    "{$",
    "{$folder}",
    "://",
    "../",
    "r/",
    "#EXT",
    "#EXT-X-MAP:",
    "URI=",
    'URI="',
    "EXTINF:",
    "\u2028",
    "\uFEFF",
    "\0",
  ],
  ...[
    "http://evil/a.ts",
    "//evil/a",
    "http://10.1.101.8/cam/live.m3u8",
    "http://169.254.169.254/",
    "10.1.101.7",
    "file:///etc/passwd",
  ],
  ...[
    "#EXT-X-FOO:1",
    '#EXT-X-KEY:METHOD=AES-128,URI="http://evil/k"',
    "#EXT-X-STREAM-INF:BANDWIDTH=1",
    "#EXT-X-ENDLIST",
    "#EXTINF:2,",
  ],
];
const splinter = fc.oneof(fc.constantFrom(...SPLINTERS), fc.string({ maxLength: 6 }));
/** Anywhere alike: the library likes beginnings, where everything is refused. */
const place = fc.noBias(fc.nat(9999)).map((tenThousandths) => tenThousandths / 10_000);
const injury = fc.record({
  where: place,
  length: fc.constantFrom(0, 0, 1, 3, 20),
  put: splinter,
  isWholeLine: fc.boolean(),
});
type Injury = typeof injury extends fc.Arbitrary<infer Value> ? Value : never;

/** A piece is replaced: anywhere, or before a line. */
function injure(text: string, { where, length, put, isWholeLine }: Injury): string {
  const near = 8 + Math.floor(where * (text.length - 8));
  const at = isWholeLine ? text.lastIndexOf("\n", near) + 1 : near;
  return text.slice(0, at) + put + (isWholeLine ? "\n" : "") + text.slice(at + (isWholeLine ? 0 : length));
}

/** Ids differ with what they stand for; the rest of an address of ours must not. */
const withoutIds = (text: string) => text.replaceAll(/r\/[\w-]{22}/g, "r/id");

test("whatever happens to a playlist, what comes out is ours, line by line, and stays as it is", () => {
  let accepted = 0;
  const runs = 3000;
  fc.assert(
    fc.property(anyPlaylist, fc.array(injury, { minLength: 1, maxLength: 4 }), ({ text, context }, injuries) => {
      const given = injuries.reduce(injure, text);
      const playlist = outcomeOf(given, context);
      if (typeof playlist === "string") return;
      accepted += 1;
      expect(complaintsOf(playlist, context)).toEqual([]);
      expect(playlist.text.split("\n").length).toBe(given.split("\n").length);
      for (const { read } of ORACLES) expect(foreignTo(read, playlist, context)).toEqual([]);
      if (context.servedPath.startsWith("r/")) return;
      expect(withoutIds(rewritePlaylist(playlist.text, context).text)).toBe(withoutIds(playlist.text));
    }),
    { numRuns: runs },
  );
  // Else little was looked at: it is one in seven.
  expect(accepted).toBeGreaterThan(runs / 20);
});

test("one that has read before reads as one that has not", () => {
  fc.assert(
    fc.property(anyPlaylist, fc.array(injury, { minLength: 1, maxLength: 4 }), ({ text, context }, injuries) => {
      const rewrite = createPlaylistRewriter(context);
      for (const given of [text, ...injuries.map((one) => injure(text, one)), text])
        expect(causeOr(() => rewrite(given))).toEqual(outcomeOf(given, context));
    }),
    { numRuns: 300 },
  );
});

test("an address is judged once for as long as it is named, and anew when it comes back", () => {
  const asked: string[] = [];
  const rewrite = createPlaylistRewriter(
    aContext({
      judge(url) {
        asked.push(url.pathname);
        return null;
      },
    }),
  );
  const read = (...names: string[]) => {
    asked.length = 0;
    rewrite(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n${names.map((name) => `#EXTINF:2,\n${name}\n`).join("")}`);
    return asked;
  };
  expect(read("a.ts", "b.ts", "a.ts")).toEqual(["/cam/a.ts", "/cam/b.ts"]);
  expect(read("b.ts", "c.ts")).toEqual(["/cam/c.ts"]);
  expect(read("a.ts", "b.ts")).toEqual(["/cam/a.ts"]);
});

/** What a reader would ask for that was not named. One of them throws on what it does not expect. */
function foreignTo(
  read: (text: string) => unknown,
  playlist: RewrittenPlaylist,
  context: Realistic["context"],
): string[] {
  const asked: string[] = [];
  const toUpstream = upstreamOfServed(playlist, context);
  try {
    meaningOf(read(playlist.text), (uri) => {
      asked.push(toUpstream(uri));
      return uri;
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  return asked.filter((url) => url.startsWith("not named"));
}

test("the property bites: an address that is put into what comes out is found", () => {
  fc.assert(
    fc.property(
      anyPlaylist,
      fc.constantFrom("#EXTINF:2,\nhttp://evil/a.ts\n", '#EXT-X-MAP:URI="b.mp4"\n', "# 10.1.101.7\n"),
      ({ text, context }, planted) => {
        const playlist = rewritePlaylist(text, context);
        expect(complaintsOf({ ...playlist, text: playlist.text + planted }, context)).not.toEqual([]);
      },
    ),
  );
});

/** Other ways to write the same: readers have to agree that nothing changed. */
const REWORDINGS: readonly ((text: string, line: number) => string)[] = [
  (text) => text.replaceAll(/\r?\n/g, "\r\n"),
  (text) => text.replace(/^\uFEFF?/, "\uFEFF"),
  (text, line) => insert(text, line, "# a remark of the camera at http://10.1.101.7/"),
  (text, line) => insert(text, line, ""),
  (text, line) => insert(text, line, '#EXT-X-VENDOR:URI="http://evil/"'),
  (text) => text.replaceAll(/^(#EXTINF:[\d.]+),$/gm, "$1,Yard"),
  (text) => text.replaceAll(/^(?!#)([\w-]+\.\w+)$/gm, "./$1"),
  (text) => text.replaceAll(/^(#EXT-X-MAP:)(URI="[^"]*"),(.*)$/gm, "$1$3,$2"),
  (text) => text.replaceAll(/,(?=[A-Z-]+=)/g, ", "),
];

function insert(text: string, line: number, put: string): string {
  const lines = text.split("\n");
  lines.splice(1 + (line % (lines.length - 1)), 0, put);
  return lines.join("\n");
}

test.for(ORACLES)("what comes out means to $name what went in, however it was written", ({ read }) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...REALISTIC),
      fc.array(fc.tuple(fc.constantFrom(...REWORDINGS), fc.nat(30)), { minLength: 1, maxLength: 5 }),
      ({ text, context }, rewordings) => {
        const playlist = rewritePlaylist(
          rewordings.reduce((worded, [reword, line]) => reword(worded, line), text),
          context,
        );
        expect(meaningOf(read(playlist.text), upstreamOfServed(playlist, context))).toEqual(
          meaningOf(read(text), upstreamOf(context)),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test.for(HUGE)("a megabyte of $name takes no longer than a megabyte may", ({ of }) => {
  const text = of(1024 * 1024);
  const before = process.threadCpuUsage();
  outcomeOf(text, aContext({ maxBytes: 1024 * 1024 }));
  const { user, system } = process.threadCpuUsage(before);
  // It is 10 … 40 ms; what grows with the square of the size takes minutes. Figures: bench/playlist.ts.
  expect((user + system) / 1000).toBeLessThan(2000);
});
