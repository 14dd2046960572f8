import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encodeSmallLoop } from "./content/recipe.ts";
import { findFfmpeg, runFfmpeg } from "./content/run-ffmpeg.ts";

/** `node simulator/cameras/make-fallback.ts`: makes the committed small loop again, after a change of the recipe. */
const ffmpeg = findFfmpeg();
if (ffmpeg === null) throw new Error("FFmpeg is not installed");
const folder = fileURLToPath(new URL("./", import.meta.url));
rmSync(`${folder}fallback`, { recursive: true, force: true });
mkdirSync(`${folder}fallback`);
await runFfmpeg(ffmpeg, encodeSmallLoop("fallback"), folder, new AbortController().signal);
