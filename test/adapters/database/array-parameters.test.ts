import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FixedType, fixedArray, textArray } from "../../../adapters/database/array-parameters.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";

const NUMBERS: readonly (readonly [FixedType, readonly number[]])[] = [
  ["smallint", [0, -1, 32_767, -32_768]],
  ["int", [0, -1, 2_147_483_647, -2_147_483_648]],
  ["real", [0, 35.1, -1.5e-7, Number.NaN]],
  ["double precision", [0, 987_654_321.5, -1e300, Number.NaN]],
];

describe.for(ENGINES)("arrays in binary on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;

  beforeAll(async () => {
    if (!isMissing) opened = await open();
  });
  afterAll(() => opened?.dispose());

  const it = test.skipIf(isMissing);
  const elementsOf = async (type: string, array: Buffer): Promise<unknown[]> => {
    const rows = await opened.database.query(`select element from unnest($1::${type}[]) as element`, [array]);
    return rows.map(({ element }) => element);
  };

  it("carry numbers to the last digit", async () => {
    for (const [type, numbers] of NUMBERS) expect(await elementsOf(type, fixedArray(type, numbers))).toEqual(numbers);
    expect(await elementsOf('"char"', fixedArray('"char"', [116, 102, 63]))).toEqual(["t", "f", "?"]);
  });

  it("carry times to the millisecond, on either side of 2000", async () => {
    const times = [
      "1969-12-31T23:59:59.999Z",
      "1999-12-31T23:59:59.001Z",
      "2000-01-01T00:00:00.000Z",
      "2026-07-01T12:34:56.789Z",
    ];
    const array = fixedArray(
      "timestamptz",
      times.map((time) => Date.parse(time)),
    );
    expect(await elementsOf("timestamptz", array)).toEqual(times.map((time) => new Date(time)));
  });

  it("carry texts and nulls", async () => {
    const texts = ["auto", null, "", '固件 2.1 "β" \\ {,}', "NULL"];
    expect(await elementsOf("text", textArray(texts))).toEqual(texts);
    expect(await elementsOf("text", textArray([]))).toEqual([]);
    expect(await elementsOf("int", fixedArray("int", []))).toEqual([]);
  });
});
