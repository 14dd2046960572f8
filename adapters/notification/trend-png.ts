import type { Notice } from "../../domain/notification/notice.ts";
import { drawTrend } from "../../domain/notification/trend-picture.ts";
import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import { encodePng } from "./png.ts";

/** Values of one point of a site over `[fromMs, toMs)`, oldest first; null where nothing was measured. */
export type ReadTrend = (
  siteId: string,
  point: PointName,
  fromMs: number,
  toMs: number,
) => Promise<{ readonly timesMs: readonly number[]; readonly values: readonly (number | null)[] }>;

/** The trend that a message shows; null when it shows none. Never rejects. @param toMs when the message was made */
export type TrendPng = (notice: Pick<Notice, "trend">, toMs: number) => Promise<Uint8Array | null>;

const BEFORE_MS = 2 * 3_600_000;
/** A message that is late for its picture is of no use. */
const TIME_LIMIT_MS = 1_000;

export function createTrendPng(read: ReadTrend, timeZone: string, timeLimitMs = TIME_LIMIT_MS): TrendPng {
  async function draw({ siteId, point, limit, unit }: NonNullable<Notice["trend"]>, toMs: number) {
    const fromMs = toMs - BEFORE_MS;
    const stored = await read(siteId, point, fromMs, toMs);
    const { band = null } = POINTS[point];
    const picture = drawTrend({ ...stored, fromMs, toMs, limit, band, unit: unit ?? "", timeZone });
    return picture && encodePng(picture);
  }
  return async ({ trend }, toMs) => {
    if (trend === undefined) return null;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), timeLimitMs);
    });
    // Without its picture the message says the same.
    return Promise.race([draw(trend, toMs).catch(() => null), tooLate]).finally(() => clearTimeout(timer));
  };
}
