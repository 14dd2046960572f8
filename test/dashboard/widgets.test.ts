// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useText } from "../../dashboard/composables/use-text.ts";
import AntboxShell from "../../dashboard/ui-antbox-shell/AntboxShell.vue";
import FleetOverview from "../../dashboard/ui-fleet-overview/FleetOverview.vue";
import SiteDetail from "../../dashboard/ui-site-detail/SiteDetail.vue";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeFleet, type FakeFleet } from "../e2e/harness/fake-fleet.ts";
import { answersFor, FakeSocket, framesOf } from "./fake-back-end.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const { setLocale } = useText();

let fleet: FakeFleet;
let widget: VueWrapper | undefined;
let routes: Record<string, unknown>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.spyOn(performance, "now").mockImplementation(() => Date.now() - START);
  fleet = createFakeFleet(140, 60, START);
  FakeSocket.opened.length = 0;
  vi.stubGlobal("WebSocket", FakeSocket);
  const summaries = fleet.summaries();
  routes = {
    "/api/v1/sites": { items: summaries, nextCursor: null, total: summaries.length },
    "/api/v1/auth/refresh": { expiresIn: 600, user: fakeUser("li.wei", "engineer") },
    "/api/v1/auth/me": fakeUser("li.wei", "engineer"),
    "/api/v1/status": { isEvaluation: true, version: "0.1.0", pollIntervalS: 60, editor: "on" },
    "/api/v1/rounds": { items: [] },
  };
  for (const { id } of summaries) {
    routes[`/api/v1/sites/${id}`] = summaries.find((site) => site.id === id);
    routes[`/api/v1/sites/${id}/snapshot`] = fleet.snapshot(id);
  }
  const answers = answersFor(routes);
  asked = answers.asked;
  vi.stubGlobal("fetch", answers.fetch);
  setLocale("en");
});
afterEach(async () => {
  widget?.unmount();
  widget = undefined;
  await vi.advanceTimersByTimeAsync(6000);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  document.body.replaceChildren();
  sessionStorage.clear();
});

async function show(component: typeof FleetOverview | typeof SiteDetail | typeof AntboxShell): Promise<VueWrapper> {
  const wrapper = mount(component, { attachTo: document.body });
  widget = wrapper;
  await flushPromises();
  return wrapper;
}
async function goLive(frames = framesOf(fleet)): Promise<void> {
  const socket = await listening();
  socket.accept();
  socket.receive(frames.full(1, Date.now()));
  await flushPromises();
}
/** The page's own socket; after an outage the next one is a moment away. */
async function listening(): Promise<FakeSocket> {
  while (FakeSocket.newest().onopen === null) await vi.advanceTimersByTimeAsync(250);
  return FakeSocket.newest();
}
const tile = (wrapper: VueWrapper, place: number) =>
  wrapper.get(`a[href="/dashboard/site?id=site-${String(place).padStart(3, "0")}"].abx-tile`);

describe("the overview", () => {
  test("says that it loads, and then that it has no contact", async () => {
    const page = await show(FleetOverview);
    expect(page.text()).toContain("Loading the fleet");
    await vi.advanceTimersByTimeAsync(6000);
    expect(page.text()).toContain("No contact with the server yet");
  });

  test("shows a tile for every site, the worst first, with its state in words", async () => {
    const page = await show(FleetOverview);
    await goLive();
    expect(page.findAll(".abx-tile")).toHaveLength(140);
    expect(page.findAll(".abx-tile")[0]?.attributes("href")).toContain("site-017");
    expect(tile(page, 17).text()).toMatch(/Critical.*Leak/s);
    expect(tile(page, 17).find("svg text").text()).toBe("1");
    expect(tile(page, 1).text()).toContain("Reporting");
    expect(tile(page, 1).find(".abx-mark").exists()).toBe(false);
  });

  test("counts as many abnormal sites as it marks, and shows just those on demand", async () => {
    const page = await show(FleetOverview);
    await goLive();
    const marked = page.findAll(".abx-tile .abx-mark").length;
    expect(page.findAll(".abx-kpi")[1]?.get("dd b").text()).toBe(String(marked));
    await page.findAll(".abx-toolbar button")[1]?.trigger("click");
    expect(page.findAll(".abx-tile")).toHaveLength(marked);
  });

  test("shows a missing reading as a dash with its reason, never 0", async () => {
    const page = await show(FleetOverview);
    await goLive();
    expect(tile(page, 79).get(".abx-tile__num").text()).toBe("—");
    expect(tile(page, 79).text()).toContain("out of range");
  });

  test("marks and hatches a site that is lost or late, and shows the age of its reading", async () => {
    const page = await show(FleetOverview);
    await goLive();
    expect(tile(page, 97).classes()).toEqual(expect.arrayContaining(["is-lost", "abx-hatched"]));
    expect(tile(page, 97).text()).toContain("90 min");
    expect(tile(page, 88).classes()).toContain("is-late");
  });

  test("lets ages grow each second without drawing the tiles anew", async () => {
    const page = await show(FleetOverview);
    await goLive();
    const before = tile(page, 1).element;
    await vi.advanceTimersByTimeAsync(3000);
    expect(tile(page, 1).get(".abx-tile__age").text()).toBe("3 s");
    expect(tile(page, 1).element).toBe(before);
  });

  test("greys and hatches every tile when blind, calls nobody lost for it, and is right again with the next frame", async () => {
    const page = await show(FleetOverview);
    await goLive();
    const marked = page.findAll(".abx-tile .abx-mark").length;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(page.get("#abx-main").classes()).toContain("is-blind");
    expect(page.findAll(".abx-tile.abx-hatched")).toHaveLength(140);
    expect(page.findAll(".abx-tile .abx-mark")).toHaveLength(marked);
    fleet.round(Date.now());
    await goLive();
    await vi.advanceTimersByTimeAsync(1000);
    expect(page.get("#abx-main").classes()).not.toContain("is-blind");
    expect(tile(page, 1).classes()).not.toContain("abx-hatched");
  });

  test("groups by zone, searches by id, and says when nothing matches", async () => {
    const page = await show(FleetOverview);
    await goLive();
    await page.findAll(".abx-toolbar button")[4]?.trigger("click");
    expect(page.findAll(".abx-group")).toHaveLength(14);
    expect(page.findAll(".abx-group")[0]?.text()).toContain("10 sites, 1 abnormal");
    await page.get("input[type=search]").setValue("site-04");
    expect(page.findAll(".abx-tile")).toHaveLength(10);
    await page.get("input[type=search]").setValue("nowhere");
    expect(page.text()).toContain("No site matches");
    await page.findAll(".abx-toolbar button")[2]?.trigger("click");
  });

  test("speaks Chinese", async () => {
    const page = await show(FleetOverview);
    await goLive();
    setLocale("zh-CN");
    await flushPromises();
    expect(page.text()).toContain("在线站点");
    expect(tile(page, 17).text()).toContain("漏液");
    expect(document.documentElement.lang).toBe("zh-CN");
  });

  test("asks for the inventory again when a site appears that it has no name for", async () => {
    routes["/api/v1/sites"] = { items: fleet.summaries().slice(0, 139), nextCursor: null, total: 139 };
    await show(FleetOverview);
    const before = asked.filter((path) => path.startsWith("/api/v1/sites?")).length;
    await goLive();
    expect(asked.filter((path) => path.startsWith("/api/v1/sites?")).length).toBe(before + 1);
  });
});

describe("the site page", () => {
  const open = async (id: string) => {
    history.replaceState(null, "", `/dashboard/site?id=${id}`);
    const page = await show(SiteDetail);
    await goLive(framesOf(fleet, "site", [id]));
    return page;
  };

  test("subscribes to this site alone and asks for closer polling", async () => {
    await open("site-041");
    expect(FakeSocket.newest().sent.at(-1)).toMatchObject({ view: "site", sites: ["site-041"] });
    expect(asked).toContain("/api/v1/sites/site-041/watch");
  });

  test("shows faults in words, worst first", async () => {
    const page = await open("site-023");
    const faults = page.findAll(".abx-faults li").map((row) => row.text());
    expect(faults[0]).toContain("Circulation pump fault");
    expect(faults.at(-1)).toContain("Supply flow low");
  });

  test("groups every reading with unit, quality and age", async () => {
    const page = await open("site-112");
    const text = page.text();
    expect(page.findAll(".abx-points caption").map((caption) => caption.text())).toContain("Coolant loop");
    const row = page.findAll(".abx-points tbody tr").find((line) => line.text().includes("Return temperature"));
    expect(row?.text()).toContain("frozen");
    expect(row?.find(".abx-hatched").exists()).toBe(true);
    expect(text).toContain("°C");
  });

  test("shows a missing reading as a dash with the reason", async () => {
    const page = await open("site-079");
    const row = page.findAll(".abx-points tbody tr").find((line) => line.text().includes("Supply temperature"));
    expect(row?.text()).toMatch(/out of range.*—/s);
  });

  test("draws what runs filled, what stands hollow, and what is not known dashed", async () => {
    const page = await open("site-023");
    const symbols = page.findAll(".abx-symbol").map((symbol) => symbol.classes().at(-1));
    expect(symbols).toContain("is-running");
    expect(symbols[5]).toBe("is-stopped");
  });

  test("shows a raw reply as text only", async () => {
    routes["/api/v1/sites/site-041/reply"] = { replies: { note: "<img src=x onerror=alert(1)>" } };
    const page = await open("site-041");
    await page.get(".abx-reply__tools button").trigger("click");
    await flushPromises();
    expect(page.get("pre").text()).toContain("<img src=x");
    expect(page.find("pre img").exists()).toBe(false);
  });

  test("says that a site does not exist", async () => {
    history.replaceState(null, "", "/dashboard/site?id=site-999");
    const page = await show(SiteDetail);
    expect(page.get('[role="alert"]').text()).toContain("There is no site “site-999”");
  });

  test("finds another site by typing, with the keyboard alone", async () => {
    const page = await open("site-041");
    const input = page.get('input[role="combobox"]');
    await input.trigger("focus");
    await input.setValue("site-12");
    await input.trigger("keydown", { key: "ArrowDown" });
    expect(page.get('[aria-selected="true"]').text()).toContain("site-121");
  });

  test("hatches its readings when blind", async () => {
    const page = await open("site-041");
    await vi.advanceTimersByTimeAsync(6000);
    expect(page.get("#abx-main").classes()).toContain("is-blind");
    expect(page.findAll(".abx-points.abx-hatched").length).toBe(page.findAll(".abx-points").length);
  });
});

describe("the shell", () => {
  const chrome = () => document.getElementById("abx-chrome")?.textContent ?? "";

  test("stands first in the document and offers a way past itself", async () => {
    await show(AntboxShell);
    expect(document.body.firstElementChild?.id).toBe("abx-chrome");
    expect(document.querySelector("#abx-chrome a")?.getAttribute("href")).toBe("#abx-main");
  });

  test("says whose platform it is, where the settings do", async () => {
    routes["/api/v1/status"] = { ...(routes["/api/v1/status"] as object), organisation: "Example <Mining>" };
    await show(AntboxShell);
    expect(document.querySelector(".abx-bar__owner")?.textContent).toBe("Example <Mining>");
  });

  test("says since when it is blind, in red and in words, and stops saying so", async () => {
    await show(AntboxShell);
    const socket = FakeSocket.newest();
    socket.accept();
    socket.receive(framesOf(fleet).heartbeat(1, Date.now()));
    await flushPromises();
    expect(chrome()).toContain("Live");
    await vi.advanceTimersByTimeAsync(5500);
    expect(document.querySelector('[role="alert"]')?.textContent).toMatch(/No data since \d\d:00:00/);
    expect(document.title).toContain("No data");
    const next = await listening();
    next.accept();
    next.receive(framesOf(fleet).heartbeat(1, Date.now()));
    await flushPromises();
    expect(document.querySelector('[role="alert"]')).toBeNull();
  });

  test("says when the platform answers but polls nothing", async () => {
    routes["/api/v1/rounds"] = {
      items: [{ slot: "2026-11-25T07:50:00.000Z", durationMs: 210, sites: 140, ok: 140, late: 0, failed: {} }],
    };
    await show(AntboxShell);
    FakeSocket.newest().accept();
    for (let n = 0; n < 3; n++) {
      FakeSocket.newest().receive(framesOf(fleet).heartbeat(1, Date.now()));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(chrome()).toContain("No new readings since");
  });

  test("shows the newest round, the evaluation notice until it is dismissed, and the editor to engineers", async () => {
    await show(AntboxShell);
    FakeSocket.newest().accept();
    FakeSocket.newest().receive({
      type: "round",
      at: new Date().toISOString(),
      round: { slot: new Date().toISOString(), durationMs: 1234, sites: 140, ok: 137, late: 1, failed: { timeout: 2 } },
    });
    await flushPromises();
    expect(chrome()).toContain("137 ok");
    expect(chrome()).toContain("2 failed");
    expect(chrome()).toContain("1.23 s");
    expect(chrome()).toContain("Editor");
    expect(chrome()).toContain("Evaluation");
    document.querySelector<HTMLButtonElement>(".abx-banner button")?.click();
    await flushPromises();
    expect(chrome()).not.toContain("Evaluation");
  });

  test("comes to know what is wrong with the platform while it is open, and that it is over", async () => {
    await import("../../dashboard/components/SelfAlarms.vue");
    const status = { isEvaluation: false, version: "0.1.0", pollIntervalS: 60, editor: "off" };
    routes["/api/v1/status"] = { ...status, selfAlarms: [] };
    await show(AntboxShell);
    FakeSocket.newest().accept();
    const pass = async () => {
      for (let n = 0; n < 31; n++) {
        FakeSocket.newest().receive(framesOf(fleet).heartbeat(1, Date.now()));
        await vi.advanceTimersByTimeAsync(1000);
      }
      await flushPromises();
    };
    const since = new Date().toISOString();
    routes["/api/v1/status"] = { ...status, selfAlarms: [{ ruleId: "platform-write-lag", priority: "high", since }] };
    expect(chrome()).not.toContain("The database is behind");
    await pass();
    expect(chrome()).toContain("Platform: The database is behind, since");
    routes["/api/v1/status"] = { ...status, selfAlarms: [] };
    await pass();
    expect(chrome()).not.toContain("The database is behind");
  });

  test("offers no editor when there is none, also to an engineer", async () => {
    routes["/api/v1/status"] = { isEvaluation: false, version: "0.1.0", pollIntervalS: 60, editor: "off" };
    await show(AntboxShell);
    expect(chrome()).toContain("li.wei");
    expect(chrome()).not.toContain("Editor");
  });

  test("hides the editor from a viewer", async () => {
    routes["/api/v1/auth/refresh"] = { expiresIn: 600, user: fakeUser("guest", "viewer") };
    vi.resetModules();
    await show((await import("../../dashboard/ui-antbox-shell/AntboxShell.vue")).default);
    expect(chrome()).toContain("guest");
    expect(chrome()).not.toContain("Editor");
  });

  test("opens its menu, changes theme and language, and closes with Escape", async () => {
    await show(AntboxShell);
    const toggle = document.querySelector<HTMLButtonElement>("[aria-expanded]");
    toggle?.click();
    await flushPromises();
    const dark = [...document.querySelectorAll<HTMLButtonElement>("#abx-menu-panel button")][0];
    const before = document.documentElement.dataset["abxTheme"];
    dark?.click();
    expect(document.documentElement.dataset["abxTheme"]).not.toBe(before);
    document.querySelector<HTMLButtonElement>(".abx-menu__lang")?.click();
    await flushPromises();
    expect(chrome()).toContain("总览");
    document.querySelector(".abx-menu")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await flushPromises();
    expect(document.getElementById("abx-menu-panel")).toBeNull();
  });

  test("keeps its menu when the window loses focus, and closes it when focus or a press goes elsewhere", async () => {
    await show(AntboxShell);
    const isOpen = () => document.getElementById("abx-menu-panel") !== null;
    const menu = document.querySelector(".abx-menu");
    const toggle = document.querySelector<HTMLButtonElement>("[aria-controls='abx-menu-panel']");
    const elsewhere = document.body.appendChild(document.createElement("button"));
    toggle?.click();
    await flushPromises();
    menu?.dispatchEvent(new FocusEvent("focusout", { relatedTarget: null, bubbles: true }));
    await flushPromises();
    expect(isOpen()).toBe(true);
    menu?.dispatchEvent(new FocusEvent("focusout", { relatedTarget: elsewhere, bubbles: true }));
    await flushPromises();
    expect(isOpen()).toBe(false);
    toggle?.click();
    await flushPromises();
    expect(isOpen()).toBe(true);
    elsewhere.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    await flushPromises();
    expect(isOpen()).toBe(false);
    elsewhere.remove();
  });
});
