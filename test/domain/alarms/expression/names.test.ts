import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import { RESERVED_WORDS } from "../../../../domain/alarms/expression/parse-expression.ts";
import { FAULT_LIST, isPointListName, POINT_LISTS } from "../../../../domain/alarms/expression/point-lists.ts";
import { isPointName, POINTS, PointName } from "../../../../domain/points/catalogue.ts";

test.for(PointName.options)("%s can be written in an expression as it stands", (name) => {
  expect(RESERVED_WORDS.has(name)).toBe(false);
  expect(["has", "size", "exists", "all", "filter", FAULT_LIST]).not.toContain(name);
  expect(compileExpression(`has(${name})`).points).toEqual([name]);
  const comparison = { num: `${name} > 1`, bool: `!${name}`, enum: `${name} == ${name}`, text: `${name} != "1"` };
  expect(compileExpression(comparison[POINTS[name].type]).points).toEqual([name]);
});

test.for(Object.entries(POINT_LISTS))(
  "the list %s holds points of one type, unit and group, each once",
  ([name, points]) => {
    const definitions = points.map((point) => POINTS[point]);
    const kinds = definitions.map(({ type, unit, group, words }) => JSON.stringify([type, unit, group, words]));
    expect(new Set(kinds).size).toBe(1);
    expect(new Set<string>(points).size).toBe(points.length);
    expect(isPointName(name) || RESERVED_WORDS.has(name)).toBe(false);
    expect(isPointListName(name)).toBe(true);
    expect(compileExpression(`size(${name}) == ${points.length}`).points).toEqual(points);
  },
);
