import { expect, test } from "vitest";
import { askedTogether } from "../../../adapters/commands/asked-together.ts";

test("what is asked at once is asked once, and everybody gets their own", async () => {
  const asked: (readonly string[])[] = [];
  const of = askedTogether(async (siteIds) => {
    asked.push(siteIds);
    return siteIds
      .filter((siteId) => siteId !== "none")
      .flatMap((siteId) => [
        { siteId, n: 1 },
        { siteId, n: 2 },
      ]);
  });
  const [a, none, again] = await Promise.all([of("a"), of("none"), of("a")]);
  expect([a, none, again]).toEqual([
    [
      { siteId: "a", n: 1 },
      { siteId: "a", n: 2 },
    ],
    [],
    a,
  ]);
  await of("a");
  expect(asked).toEqual([["a", "none"], ["a"]]);
});

test("a question that fails fails for all who asked, and not for those after them", async () => {
  let isAway = true;
  const of = askedTogether<{ readonly siteId: string }>(async () => {
    if (isAway) throw new Error("away");
    return [];
  });
  const answers = await Promise.allSettled([of("a"), of("b")]);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isAway = false;
  expect(await of("a")).toEqual([]);
});
