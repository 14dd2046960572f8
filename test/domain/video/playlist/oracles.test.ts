import { expect, test } from "vitest";
import { rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import { aContext } from "./context.ts";
import { meaningOf, ORACLES, upstreamOf, upstreamOfServed } from "./oracles.ts";
import { REALISTIC, VARIABLES_IN_PLACE, WITH_VARIABLES } from "./realistic.ts";

const SAME = REALISTIC.map((given) => ({ ...given, plain: given.text }));
const FILLED_IN = { name: "variables", text: WITH_VARIABLES, plain: VARIABLES_IN_PLACE, context: aContext() };

for (const { name: oracle, read } of ORACLES) {
  test.for([...SAME, FILLED_IN])(
    `${oracle} understands the same before and after: $name`,
    ({ text, plain, context }) => {
      const playlist = rewritePlaylist(text, context);
      const before = meaningOf(read(plain), upstreamOf(context));
      expect(meaningOf(read(playlist.text), upstreamOfServed(playlist, context))).toEqual(before);
      // It has understood something: every segment and variant of ours.
      expect(JSON.stringify(before).match(/"(?:uri|URI)":/g)?.length).toBeGreaterThanOrEqual(
        Math.max(playlist.segments.length, playlist.variants.length, 2),
      );
    },
  );

  test(`${oracle} notices when a segment's key, range or duration is another`, () => {
    const text =
      '#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:2,\n#EXT-X-BYTERANGE:5@0\na.ts\n';
    const meaning = (of: string) => JSON.stringify(meaningOf(read(of), (uri) => uri));
    for (const [from, to] of [
      ["k", "l"],
      ["5@0", "5@1"],
      ["EXTINF:2", "EXTINF:1"],
    ] as const) {
      expect(meaning(text.replace(`"${from}"`, `"${to}"`).replace(from, to))).not.toBe(meaning(text));
    }
  });
}
