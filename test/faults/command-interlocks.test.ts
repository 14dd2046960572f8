import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { COMMON_INTERLOCKS } from "../../domain/commands/interlocks/index.ts";
import { COMMAND_KINDS } from "../../domain/commands/kinds/index.ts";
import { type CommandedPlatform, startCommandedPlatform } from "./commands/commanded-platform.ts";
import {
  ACCEPTED_ROWS,
  enter,
  INTERLOCK_ROWS,
  type InterlockRow,
  type Order,
  REFUSED_ARGUMENTS,
  verify,
  type Who,
} from "./commands/interlock-rows.ts";
import { orderFault } from "./order-fault.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

const OPERATOR = { name: "li", role: "operator", scope: null } as const;
const ENGINEER = { name: "wang", role: "engineer", scope: null } as const;
const soon = { timeout: 60_000, interval: 1_000 };
/** A healthy one, and those of single tests. */
const OTHERS = 3;
const LOOK_MS = 1_000;
const PID: Order = { kind: "set_temp_mode", args: { mode: "pid" } };

type Problem = { readonly field: string; readonly allowed: string; readonly allowedZh: string };
const fieldsOf = (json: Record<string, unknown>) => json["errors"] as readonly Problem[];

const needsOwnSite = ({ plant, prepare }: InterlockRow) => plant !== undefined || prepare !== undefined;

/** What a sequence orders is tried by the test of that sequence. */
const KINDS = Object.entries(COMMAND_KINDS).filter(([, { sequence }]) => sequence === null);

test("every interlock of every kind has a row here", () => {
  const known = [...COMMON_INTERLOCKS, ...KINDS.flatMap(([, { interlocks }]) => interlocks)];
  const tried = new Set(INTERLOCK_ROWS.map(({ interlock }) => interlock));
  expect(known.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
});

test("every kind is ordered at a simulated plant", () => {
  const tried = new Set([
    ...INTERLOCK_ROWS.map(({ order }) => order.kind),
    ...ACCEPTED_ROWS.flatMap(({ orders }) => orders.map(({ kind }) => kind)),
  ]);
  expect(KINDS.map(([kind]) => kind).filter((kind) => !tried.has(kind))).toEqual([]);
});

/** A site whose state is changed is used by one test only; those with an even number are laboratories. */
describe.skipIf(inject("databaseUrl") === null)(
  "a plant in the state that an interlock is for",
  { concurrent: true },
  () => {
    let under: CommandedPlatform;
    const ownSite = INTERLOCK_ROWS.filter(needsOwnSite);
    const siteCount =
      2 *
      Math.max(
        ownSite.filter(({ lab }) => lab).length + ACCEPTED_ROWS.length + OTHERS,
        ownSite.filter(({ lab }) => !lab).length + OTHERS,
      );
    const sites = Array.from({ length: siteCount }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
    const plants = sites.filter((_, at) => at % 2 === 0);
    const labs = sites.filter((_, at) => at % 2 === 1);
    const next = (lab: boolean) => (lab ? labs : plants).shift() ?? expect.fail("there are not enough sites");
    const [healthy, healthyLab] = [next(false), next(true)];
    const healthyOf = (lab: boolean) => (lab ? healthyLab : healthy);

    beforeAll(async () => {
      const people = [OPERATOR, ENGINEER];
      under = await startCommandedPlatform({
        serverUrl: inject("databaseUrl") ?? "",
        sites: siteCount,
        people,
        withLab: true,
        environment: { POLL_INTERVAL_S: "3" },
      });
    });
    afterAll(() => under?.dispose());

    const against = async (who: Who, order: Order & { readonly siteId: string }) =>
      (await under.select(who, order)).findings.filter(({ result }) => result !== "met");

    function expectBothLanguages(en: string | undefined, zh: string | undefined): void {
      expect([en, zh]).toEqual([
        expect.stringMatching(/^[^{}]*\w{3}[^{}]*$/),
        expect.stringMatching(/^[^{}]*\p{Script=Han}{2}[^{}]*$/u),
      ]);
    }

    test("a controller that says ok and does nothing: no effect, and an alarm", async ({ expect }) => {
      const siteId = next(true);
      await orderFault(under.fleet.controlUrl, [siteId], "no_effect");
      const ordered = await under.order("li", { siteId, kind: "refill", args: { running: true, on_site: true } });
      const ended = async () => {
        const { state, stateReason } = await under.find(String(ordered.json["id"]));
        return [state, stateReason];
      };
      await expect.poll(ended, { timeout: 110_000, interval: 500 }).toEqual(["no_effect", "not-seen"]);
      const alarms = async () =>
        ((await under.ask("li", "GET", `/api/v1/alarms?site=${siteId}`)).json["items"] as { id: string }[]).map(
          ({ id }) => id,
        );
      await expect.poll(alarms, soon).toContain(`${siteId}.command-no-effect`);
      expect(await under.received(siteId)).toEqual([expect.objectContaining({ answer: "ok", acted: false })]);
    });

    test("what was allowed is judged again when its turn comes, and what is too late by then is never sent", async () => {
      const siteId = next(false);
      await orderFault(under.fleet.controlUrl, [siteId], "command_lag", { lagS: 100 });
      const first = await under.order("li", { siteId, ...PID });
      const second = await under.order("li", { siteId, kind: "start_cooling", expiresInS: 120 });
      const third = await under.order("li", { siteId, kind: "reset_alarm", expiresInS: 5 });
      expect([first.status, second.status, third.status]).toEqual([202, 202, 202]);
      await orderFault(under.fleet.controlUrl, [siteId], "leak_contact");
      const [one, two, three] = await Promise.all(
        [first, second, third].map(({ json }) => under.end(String(json["id"]))),
      );
      expect(one).toMatchObject({ state: "verified", stateReason: "read-back" });
      expect(two).toMatchObject({ state: "failed", stateReason: "interlock", sentAt: null });
      expect(two?.evidence?.["findings"]).toContainEqual(expect.objectContaining({ id: "leak", result: "refused" }));
      expect(three).toMatchObject({ state: "expired", sentAt: null });
      // Nothing comes afterwards either.
      await sleep(3_000);
      expect((await under.received(siteId)).map(({ command }) => command)).toEqual(["setTemp&temp=pid"]);
    });

    test.for(ACCEPTED_ROWS)(
      "does what is ordered when all is well: $name",
      async ({ by, plant = [], baselineFlowM3h, orders }, { expect }) => {
        const siteId = next(true);
        for (const { kind, args } of plant) await orderFault(under.fleet.controlUrl, [siteId], kind, args);
        if (baselineFlowM3h !== undefined) await enter(under, siteId, "supply_flow_m3h", baselineFlowM3h);
        for (const order of orders) {
          // The plant needs its time for its state, the platform for what was entered, and a kind for its least gap.
          await expect.poll(() => against(by, { siteId, ...order }), soon).toEqual([]);
          await verify(under, by, siteId, order);
        }
        const done = async () => (await under.received(siteId)).map(({ acted }) => acted);
        await expect.poll(done, soon).toEqual(orders.map(() => true));
      },
    );

    /** What speaks against the order once the plant is in its state, for which it may need its time. */
    async function whatIsAgainst(row: InterlockRow, siteId: string) {
      const { interlock, plant = [], prepare, by = "li", order, isUnverified, isAlone } = row;
      for (const { kind, args } of plant) await orderFault(under.fleet.controlUrl, [siteId], kind, args);
      await prepare?.(under, siteId);
      const result = isUnverified ? "cannot_verify" : "refused";
      const untilMs = performance.now() + soon.timeout;
      for (;;) {
        const found = await against(by, { siteId, ...order });
        const isThere = found.some((each) => each.id === interlock && each.result === result);
        if (isThere && (!isAlone || found.length === 1)) return found;
        if (performance.now() > untilMs) expect.fail(`it is not refused by ${interlock}: ${JSON.stringify(found)}`);
        await sleep(LOOK_MS);
      }
    }

    test.for(INTERLOCK_ROWS)("refuses by $interlock: $name", async (row, { expect }) => {
      const {
        interlock,
        lab = false,
        by = "li",
        order,
        isUnverified,
        isAlone,
        isMetElsewhere,
        receivedBefore = 0,
      } = row;
      const siteId = needsOwnSite(row) ? next(lab) : healthyOf(lab);
      const found = await whatIsAgainst(row, siteId);
      const ids = found.map(({ id }) => id);
      if (isAlone) expect(ids).toEqual([interlock]);
      for (const { texts } of found) expectBothLanguages(texts["en"], texts["zh-CN"]);

      const wanted = { siteId, ...order, confirmation: "none" };
      const { status, json } = await under.ask(by, "POST", "/api/v1/commands", wanted);
      expect([status, json["code"]]).toEqual([409, isUnverified ? "command.cannot-verify" : "command.refused"]);
      expect(fieldsOf(json).map(({ field }) => field)).toEqual(ids.map((id) => `interlocks.${id}`));
      for (const { allowed, allowedZh } of fieldsOf(json)) expectBothLanguages(allowed, allowedZh);
      expect(await under.received(siteId)).toHaveLength(receivedBefore);

      if (isMetElsewhere !== true) return;
      const there = await against(by, { ...order, siteId: healthyOf(lab) });
      expect(there.map(({ id }) => id)).not.toContain(interlock);
    });

    test("a lock that a person has taken away is over", async () => {
      const siteId = next(false);
      const path = `/api/v1/sites/${siteId}/locks`;
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const lock = await under.ask("admin", "POST", path, { until, reason: "pump is out" });
      expect((await under.order("li", { siteId, ...PID })).status).toBe(409);
      expect((await under.ask("admin", "DELETE", `${path}/${lock.json["id"]}`)).status).toBeLessThan(300);
      expect((await under.order("li", { siteId, ...PID })).status).toBe(202);
    });

    test.for(REFUSED_ARGUMENTS)(
      "takes no argument outside of its limits: $order.kind $order.args",
      async ({ order, field, by = "li" }) => {
        const { status, json } = await under.order(by, { siteId: healthyLab, ...order });
        expect([status, json["code"]]).toEqual([422, "command.arguments-invalid"]);
        expect(fieldsOf(json)).toEqual([
          expect.objectContaining({
            field,
            allowed: expect.stringMatching(/\w{2}/),
            allowedZh: expect.stringMatching(/\S/),
          }),
        ]);
        expect(await under.received(healthyLab)).toEqual([]);
      },
    );
  },
);
