import { POINTS, type PointName } from "./catalogue.ts";

/** What can be drawn over time: numbers and yes/no. Facts of the inventory do not change; of cameras there is no history. */
export function isTrendable(name: PointName): boolean {
  const { type, origin } = POINTS[name];
  return (type === "num" || type === "bool") && origin !== "inventory" && origin !== "video";
}
