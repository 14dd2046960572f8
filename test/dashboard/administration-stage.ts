import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, vi } from "vitest";
import type { Component } from "vue";
import { keepSession } from "../../dashboard/composables/use-session.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { createFakeAdmin, fakeUser } from "../e2e/harness/fake-admin.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";
import { FakeSocket } from "./fake-back-end.ts";

export const START = Date.parse("2026-11-25T08:00:00Z");
const { setLocale } = useText();
type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly ifMatch: string | null;
};

/**
 * The administration's pages over a fake back end, for each test of a file anew. `sent`: what was asked of it; `instead`:
 * answers in place of its own, by `METHOD /path`.
 */
export function stageAdministration() {
  let widget: VueWrapper | undefined;
  const sent: Sent[] = [];
  const instead: Record<string, { status: number; body?: unknown }> = {};

  beforeEach(() => {
    vi.useFakeTimers({
      now: START,
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
    vi.stubGlobal("WebSocket", FakeSocket);
    sent.length = 0;
    for (const key of Object.keys(instead)) delete instead[key];
    const admin = createFakeAdmin(START);
    const sites = createFakeFleet(24, 60, START).summaries();
    const answer = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
      const path = String(input).replace("/api/v1", "").split("?")[0] ?? "";
      const method = init.method ?? "GET";
      const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
      sent.push({ method, path, body, ifMatch: new Headers(init.headers).get("if-match") });
      const known: Record<string, { status: number; body?: unknown }> = {
        "GET /sites": { status: 200, body: { items: sites, nextCursor: null, total: sites.length } },
        "GET /auth/me": { status: 200, body: fakeUser("admin", "admin", { hasTotp: admin.hasTotp() }) },
        "GET /auth/methods": { status: 200, body: { passwordMinLength: 12 } },
        "POST /auth/refresh": { status: 200, body: { expiresIn: 600, user: fakeUser("admin", "admin") } },
        ...instead,
      };
      const given = known[`${method} ${path}`] ?? admin.answer(method, path, body) ?? { status: 404 };
      const headers = ("headers" in given ? given.headers : {}) as Record<string, string>;
      return new Response(given.status === 204 ? null : JSON.stringify(given.body ?? {}), {
        status: given.status,
        headers,
      });
    };
    vi.stubGlobal("fetch", vi.fn(answer));
    setLocale("en");
  });
  afterEach(async () => {
    widget?.unmount();
    widget = undefined;
    await vi.advanceTimersByTimeAsync(6000);
    vi.unstubAllGlobals();
    vi.useRealTimers();
    document.body.replaceChildren();
  });

  async function show(component: Component): Promise<VueWrapper> {
    keepSession();
    await flushPromises();
    const wrapper = mount(component, { attachTo: document.body });
    widget = wrapper;
    await flushPromises();
    return wrapper;
  }
  const changes = (): Sent[] => sent.filter(({ method, path }) => method !== "GET" && path !== "/auth/refresh");
  async function press(page: VueWrapper, name: string | RegExp): Promise<void> {
    const fits = (text: string): boolean => (typeof name === "string" ? text === name : name.test(text));
    // A dialog has the page to itself.
    const scope = () => (page.find("dialog").exists() ? page.get("dialog") : page);
    const find = () =>
      scope()
        .findAll("button")
        .find((each) => fits(each.text()) || fits(each.attributes("aria-label") ?? ""));
    // The answers of the back end may take some turns more on a busy machine.
    for (let turns = 0; find() === undefined && turns < 50; turns += 1) await flushPromises();
    const button = find();
    if (!button) throw new Error(`no button ${name} among ${page.findAll("button").map((each) => each.text())}`);
    await (button.attributes("type") === "submit" ? scope().get("form").trigger("submit") : button.trigger("click"));
    await flushPromises();
  }
  return { sent, instead, show, changes, press };
}
