import { expect, test } from "vitest";
import { POINT_READERS } from "../../../domain/alarms/point-readers.ts";
import { POINT_NAMES, type PointName } from "../../../domain/points/catalogue.ts";

test("each point has a reader, which reads that point and no other", () => {
  const named = Object.fromEntries(POINT_NAMES.map((point) => [point, point])) as Record<PointName, PointName>;
  expect(Object.entries(POINT_READERS).map(([point, read]) => [point, read(named), read({})])).toEqual(
    POINT_NAMES.map((point) => [point, point, undefined]),
  );
});
