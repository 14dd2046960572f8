import { type BatchFrame, JPEG_CODEC } from "../../domain/video/frame-batch.ts";
import type { DrawFrame } from "./paint-frames.ts";

/** Draws a batch of JPEGs, which any browser can, over any line. @returns the indices that could not be decoded */
export async function drawJpegs(batch: readonly BatchFrame[], draw: DrawFrame): Promise<ReadonlySet<number>> {
  const failed = new Set<number>();
  await Promise.all(
    batch
      .filter(({ codec }) => codec === JPEG_CODEC)
      .map(async ({ index, bytes }) => {
        try {
          const picture = await createImageBitmap(new Blob([bytes.slice()], { type: "image/jpeg" }));
          draw(index, picture);
          picture.close();
        } catch {
          failed.add(index);
        }
      }),
  );
  return failed;
}
