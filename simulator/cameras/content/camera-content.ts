import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CamerasOption } from "../../options.ts";
import { type BaseContent, type Loop, loadBase, loadTransportLoop } from "./load-loop.ts";
import { BASE_RUNS, encodeOwnLoop, RECIPE_HASH } from "./recipe.ts";
import { OWN_RENDITION } from "./renditions.ts";
import { findFfmpeg } from "./run-ffmpeg.ts";
import { openWorkshop } from "./workshop.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
/** 240p, made by the same recipe at a lower rate, for machines without FFmpeg. */
const SMALL_LOOP = fileURLToPath(new URL("../fallback", import.meta.url));
/** So many sites, in the order in which they are first watched, have their ids in the picture: 300 kB of memory each. */
const OWN_LOOPS = 200;

/** What the cameras show. Nothing is made before somebody watches, and nobody waits for it: until then the small loop runs. */
export type CameraContent = {
  /** What is there now; the first call has the rest made. */
  readonly base: () => BaseContent;
  /** The loop with the site's id in the picture; null until it is made, without FFmpeg, and beyond the first 200 sites. */
  readonly own: (siteId: string) => Loop | null;
  /** Fulfilled when all shared content is there. @throws {Error} without FFmpeg */
  readonly ready: () => Promise<void>;
  /** Fulfilled when the site's own loop is there. @throws {Error} without FFmpeg */
  readonly ownReady: (siteId: string) => Promise<void>;
  readonly hasFfmpeg: boolean;
  readonly state: () => "small loop" | "making" | "made" | "failed";
  /** Ends what is being made. */
  readonly close: () => Promise<void>;
};

/**
 * @param folder where it is kept from one start to the next; null = below `.runtime/`
 * @param option with `small` and `off` the small loop is all there will be
 */
export async function openCameraContent(folder: string | null, option: CamerasOption): Promise<CameraContent> {
  const home = folder ?? path.join(REPOSITORY, ".runtime", `cameras-${RECIPE_HASH}`);
  const workshop = openWorkshop(option === "small" || option === "off" ? null : findFfmpeg());
  const small = await loadTransportLoop(SMALL_LOOP);
  const smallBase: BaseContent = { video: { "240p": small }, sound: null, fmp4: null, parts: {} };
  const ownLoops = new Map<string, Loop>();
  const ownInTheMaking = new Map<string, Promise<void>>();
  let base: BaseContent | null = null;
  let making: Promise<void> | null = null;
  let failure: unknown = null;

  /** What nobody waits for says once that it failed; the small loop goes on. */
  const inBackground = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      if (failure !== null || (error instanceof Error && error.name === "AbortError")) return;
      failure = error;
      console.error(`simulator: the cameras' pictures cannot be made: ${String(error)}`);
    });
  };
  const ready = (): Promise<void> => {
    making ??= workshop.inTurn(async () => {
      const shared = path.join(home, "shared");
      await workshop.make(shared, BASE_RUNS);
      base = await loadBase(shared);
    });
    return making;
  };
  const makeOwn = async (siteId: string): Promise<void> => {
    await ready();
    await workshop.inTurn(async () => {
      const own = path.join(home, "sites", siteId);
      await workshop.make(own, { [OWN_RENDITION.name]: encodeOwnLoop(siteId, OWN_RENDITION.name) });
      ownLoops.set(siteId, await loadTransportLoop(path.join(own, OWN_RENDITION.name)));
    });
  };
  const ownReady = (siteId: string): Promise<void> => {
    const known = ownInTheMaking.get(siteId);
    if (known !== undefined) return known;
    const started = makeOwn(siteId);
    ownInTheMaking.set(siteId, started);
    return started;
  };

  return {
    hasFfmpeg: workshop.hasFfmpeg,
    ready,
    ownReady,
    base() {
      if (making === null && workshop.hasFfmpeg) inBackground(ready());
      return base ?? smallBase;
    },
    own(siteId) {
      const loop = ownLoops.get(siteId);
      if (loop !== undefined) return loop;
      const mayStart = !ownInTheMaking.has(siteId) && ownInTheMaking.size < OWN_LOOPS;
      if (option === "on" && workshop.hasFfmpeg && mayStart) inBackground(ownReady(siteId));
      return null;
    },
    state: () => (base !== null ? "made" : failure !== null ? "failed" : making === null ? "small loop" : "making"),
    close: workshop.close,
  };
}
