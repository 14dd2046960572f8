import { z } from "zod";
import { CAMERA_POINTS } from "./camera-points.ts";
import { CONTROLLER_POINTS } from "./controller-points.ts";
import { ENVIRONMENT_POINTS } from "./environment-points.ts";
import { FLUID_POINTS } from "./fluid-points.ts";
import { LOOP_POINTS } from "./loop-points.ts";
import { MINING_POINTS } from "./mining-points.ts";
import type { PointDefinition } from "./point.ts";
import { POWER_POINTS } from "./power-points.ts";
import { REJECTION_POINTS } from "./rejection-points.ts";

const CATALOGUE = {
  ...LOOP_POINTS,
  ...REJECTION_POINTS,
  ...FLUID_POINTS,
  ...ENVIRONMENT_POINTS,
  ...POWER_POINTS,
  ...CONTROLLER_POINTS,
  ...MINING_POINTS,
  ...CAMERA_POINTS,
} satisfies Record<string, PointDefinition>;

/** Every canonical point's name, in catalogue order; the unit is part of the name. */
export const POINT_NAMES = Object.keys(CATALOGUE) as (keyof typeof CATALOGUE)[];

/** The name of a canonical point: the same word in profiles, `values`, SQL, rules, REST and Grafana. */
export const PointName = z.enum(POINT_NAMES);
export type PointName = z.infer<typeof PointName>;

/** The catalogue: every canonical point once, with unit, kind, limits, band and labels. */
export const POINTS: Readonly<Record<PointName, PointDefinition>> = CATALOGUE;

/** True for the name of a canonical point; own names only, so `constructor` is none. */
export function isPointName(text: string): text is PointName {
  return Object.hasOwn(POINTS, text);
}
