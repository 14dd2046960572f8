// @vitest-environment happy-dom
import { flushPromises } from "@vue/test-utils";
import { describe, expect, test, vi } from "vitest";
import { deviceText } from "../../dashboard/admin/parts/device-text.ts";
import { useSession } from "../../dashboard/composables/use-session.ts";
import { adminEn } from "../../dashboard/locales/admin-en.ts";
import { adminZhCN } from "../../dashboard/locales/admin-zh-CN.ts";
import { PROBLEM_TEXTS } from "../../dashboard/locales/problems.ts";
import AdminPage from "../../dashboard/ui-admin/AdminPage.vue";
import { ADMIN_SECTIONS, isAdministering, sectionsFor } from "../../dashboard/ui-admin/sections.ts";
import { permissionsOf } from "../../domain/access/authorize.ts";
import { PERMISSIONS } from "../../domain/access/permissions.ts";
import { ROLES, type Role } from "../../domain/access/session-user.ts";
import { TRY_OUTCOMES } from "../../domain/webhooks/webhook.ts";
import { fakeUser } from "../e2e/harness/fake-admin.ts";
import { stageAdministration } from "./administration-stage.ts";

const { show, instead } = stageAdministration();

describe("the texts", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  test("are the same in both languages, with the same places, and none is empty", () => {
    expect(Object.keys(adminZhCN).sort()).toEqual(Object.keys(adminEn).sort());
    for (const [key, text] of Object.entries(adminEn)) {
      const chinese = adminZhCN[key as keyof typeof adminEn];
      expect(text.trim(), key).not.toBe("");
      expect(chinese.trim(), key).not.toBe("");
      expect(places(chinese), key).toEqual(places(text));
    }
    for (const [code, { en, "zh-CN": chinese }] of Object.entries(PROBLEM_TEXTS)) {
      expect(places(chinese), code).toEqual(places(en));
    }
  });
  test("have one for every outcome of a delivery and every part of a scope", () => {
    const wanted = TRY_OUTCOMES.map((outcome) => `webhook.outcome.${outcome}`);
    expect(wanted.filter((key) => !Object.hasOwn(adminEn, key))).toEqual([]);
  });
});

describe("the sections", () => {
  const of = (role: Role): string[] => {
    const permissions = permissionsOf({
      ...{ username: "x", role, scope: null, grants: null, mustChangePassword: false, expiresAtMs: 0 },
    });
    return sectionsFor(permissions).map(({ id }) => id);
  };
  test("have one id each, a permission of the table, and words in both languages", () => {
    const ids = ADMIN_SECTIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, permission } of ADMIN_SECTIONS) {
      expect(Object.hasOwn(PERMISSIONS, permission), id).toBe(true);
      expect([title.en, title["zh-CN"]], id).not.toContain("");
    }
  });
  test("load", async () => {
    for (const { id, load } of ADMIN_SECTIONS) expect((await load()).default, id).toBeTypeOf("object");
  });
  test.for(ROLES)("are for %s those that the permission table allows", (role) => {
    expect(of(role)).toContain("account");
    expect(of(role).includes("people")).toBe(role === "admin");
    const permissions = permissionsOf({
      ...{ username: "x", role, scope: null, grants: null, mustChangePassword: false, expiresAtMs: 0 },
    });
    expect(isAdministering(permissions)).toBe(
      ADMIN_SECTIONS.some(
        ({ permission }) => PERMISSIONS[permission].lowestRole !== "viewer" && permissions.includes(permission),
      ),
    );
  });
  test("are listed for whoever may see them, and one that is not there is answered", async () => {
    history.replaceState(null, "", "/dashboard/admin?section=nothing");
    const page = await show(AdminPage);
    expect(page.findAll(".abx-admin__menu a")).toHaveLength(ADMIN_SECTIONS.length);
    expect(page.get('[role="alert"]').text()).toContain("no such section");
    history.replaceState(null, "", "/");
  });
});

test("a browser is named so that a person knows it", () => {
  const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0";
  expect(deviceText(agent)).toBe("Firefox 142 · Linux");
  expect(deviceText("curl/8.5.0")).toBe("curl/8.5.0");
  expect(deviceText("")).toBe("—");
});

test("other rights that come while the page is open are noticed", async () => {
  vi.resetModules();
  const session = await import("../../dashboard/composables/use-session.ts");
  session.keepSession();
  await flushPromises();
  const { newRights, may } = session.useSession();
  expect([newRights.value, may("users:read")]).toEqual([null, true]);
  await session.probeSession();
  expect(newRights.value).toBeNull();
  instead["GET /auth/me"] = { status: 200, body: fakeUser("admin", "viewer") };
  await session.probeSession();
  expect([newRights.value?.role, may("users:read")]).toEqual(["viewer", false]);
  expect(useSession().newRights.value).toBeNull();
});
