import { afterAll, beforeAll, expect, test } from "vitest";
import type { Command } from "../../domain/commands/command.ts";
import { T0_MS } from "./builders.ts";
import { COMMANDS, colder, outcome, startCommands } from "./commands-under-test.ts";

let under: Awaited<ReturnType<typeof startCommands>>;
beforeAll(async () => {
  under = await startCommands();
});
afterAll(() => under.api.close());

type Review = {
  readonly verdict: string;
  readonly findings: readonly { readonly id: string; readonly result: string }[];
};
const review = async (id: string, who: string) => {
  const { json } = await under.send("GET", `${COMMANDS}/${id}/review`, who);
  return json as Review;
};
const resultOf = ({ findings }: Review, id: string) => findings.find((one) => one.id === id)?.result;
const stop = (siteId: string) => ({
  siteId,
  kind: "stop_cooling",
  reason: "the loop has burst",
  overrides: ["it-power", "pump-overrun"],
});

test("who is asked to agree sees the interlocks as they are now, for the role of the requester", async () => {
  const siteId = await under.nextSite();
  const { id } = (await under.order(stop(siteId), "engineer")).json as Command;
  under.plant(siteId);
  const now = await review(id, "operator");
  expect(now).toMatchObject({
    kind: "stop_cooling",
    verdict: "allowed",
    scope: { site: { id: siteId }, loadMw: 0.921, minersOnline: 187 },
  });
  expect(now).toMatchObject({ confirmation: null });
  expect(resultOf(now, "it-power")).toBe("overridden");
  const { json } = await under.send("POST", `/api/v1/sites/${siteId}/locks`, "operator", {
    until: new Date(Date.now() + 3_600_000).toISOString(),
    reason: "a pump is replaced",
  });
  expect(await review(id, "operator")).toMatchObject({ verdict: "refused" });
  await under.send("DELETE", `/api/v1/sites/${siteId}/locks/${(json as { id: string }).id}`, "operator");
  under.pass(16_000);
  expect(await review(id, "operator")).toMatchObject({ verdict: "cannot_verify" });
  const path = `${COMMANDS}/${id}/review`;
  expect(outcome(await under.send("GET", path, "viewer"))).toEqual([403, "auth.not-allowed"]);
  const [own, other] = Number(siteId.slice(-3)) % 2 === 1 ? ["north", "south"] : ["south", "north"];
  expect((await under.send("GET", path, `operator-${own}`)).status).toBe(200);
  expect(outcome(await under.send("GET", path, `operator-${other}`))).toEqual([404, "command.not-found"]);
  await under.send("POST", `${COMMANDS}/${id}/cancel`, "engineer", {});
  expect(outcome(await under.send("GET", path, "operator"))).toEqual([409, "command.wrong-state"]);
});

test("commands are found by when they were asked for", async () => {
  const siteId = await under.nextSite();
  const { createdAt } = (await under.order(colder(siteId))).json as Command;
  const atMs = Date.parse(createdAt);
  const count = async (from: number, to: number) => {
    const query = `site=${siteId}&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    return ((await under.send("GET", `${COMMANDS}?${query}`, "viewer")).json as { total: number }).total;
  };
  expect(await count(atMs, atMs + 1)).toBe(1);
  expect(await count(atMs - 10_000, atMs)).toBe(0);
  expect(await count(atMs + 1, atMs + 10_000)).toBe(0);
  expect((await under.send("GET", `${COMMANDS}?from=yesterday`, "viewer")).status).toBe(400);
});

test("every lock that hangs is listed, and somebody with limits sees those of own sites", async () => {
  const ids = [await under.nextSite(), await under.nextSite()];
  for (const [at, siteId] of ids.entries()) {
    const until = new Date(Math.max(T0_MS, Date.now()) + 3_600_000).toISOString();
    const { status } = await under.send("POST", `/api/v1/sites/${siteId}/locks`, at === 0 ? "operator" : "engineer", {
      until,
      reason: `work ${at}`,
    });
    expect(status).toBe(201);
  }
  const listed = async (who: string) =>
    ((await under.send("GET", "/api/v1/site-locks", who)).json as { items: { siteId: string; setBy: string }[] }).items;
  expect((await listed("viewer")).map(({ siteId, setBy }) => [siteId, setBy])).toEqual([
    [ids[0], "operator"],
    [ids[1], "engineer"],
  ]);
  const north = await under.send("GET", "/api/v1/sites?limit=500", "viewer-north");
  const own = new Set((north.json as { items: { id: string }[] }).items.map(({ id }) => id));
  expect((await listed("viewer-north")).map(({ siteId }) => siteId)).toEqual(ids.filter((id) => own.has(id)));
});
