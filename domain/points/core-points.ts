import { POINT_NAMES, POINTS, type PointName } from "./catalogue.ts";

/** The points that every profile must map or declare absent: without them a site cannot be supervised. */
export const CORE_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => POINTS[name].core === true);
