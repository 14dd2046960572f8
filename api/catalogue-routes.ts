import { z } from "zod";
import { POINT_NAMES, POINTS } from "../domain/points/catalogue.ts";
import { PointDefinition } from "../domain/points/point.ts";
import { listOf } from "./lists.ts";
import { type Representation, represent } from "./representation.ts";
import { defineRoute, type Route } from "./route.ts";

const Point = z.strictObject({ name: z.string(), ...PointDefinition.shape }).meta({ id: "Point" });

let catalogue: Representation | undefined;

/** The catalogue is part of the program: serialised once. */
function representCatalogue(): Representation {
  const items = POINT_NAMES.map((name) => ({ name, ...POINTS[name] }));
  return represent("application/json; charset=utf-8", JSON.stringify({ items, nextCursor: null, total: items.length }));
}

export const CATALOGUE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/points",
    access: "points:read",
    tag: "Catalogue",
    summary: {
      "zh-CN": "全部标准测点：单位、类型、限值、常用范围和名称",
      en: "Every canonical point: unit, kind, limits, usual band and labels",
    },
    answer: {
      status: 200,
      description: "All points, in catalogue order",
      schema: listOf(Point, "PointList"),
      isTagged: true,
    },
    handle() {
      catalogue ??= representCatalogue();
      return { kind: "representation", representation: catalogue };
    },
  }),
];
