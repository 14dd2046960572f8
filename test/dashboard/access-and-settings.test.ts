// @vitest-environment happy-dom
import { flushPromises } from "@vue/test-utils";
import { describe, expect, test } from "vitest";
import SessionsSection from "../../dashboard/admin/sessions/SessionsSection.vue";
import SettingsSection from "../../dashboard/admin/settings/SettingsSection.vue";
import { draftOf, LIMITS, patchOf, problemsOf } from "../../dashboard/admin/settings/settings-draft.ts";
import { PERMISSION_GROUPS } from "../../dashboard/admin/tokens/permission-groups.ts";
import TokensSection from "../../dashboard/admin/tokens/TokensSection.vue";
import WebhooksSection from "../../dashboard/admin/webhooks/WebhooksSection.vue";
import { GRANTABLE_PERMISSIONS } from "../../domain/access/service-token.ts";
import { DEFAULT_SETTINGS, PlatformSettings } from "../../domain/settings/platform-settings.ts";
import { stageAdministration } from "./administration-stage.ts";

const { show, press, changes, sent, instead } = stageAdministration();

describe("sessions, tokens, webhooks and settings", () => {
  test("a session of somebody else ends after a question", async () => {
    const page = await show(SessionsSection);
    await press(page, /^End the session of li\.wei/);
    expect(page.get("dialog").text()).toMatch(/within two seconds.*working with it right now/s);
    await press(page, "End");
    expect(changes().map(({ method }) => method)).toEqual(["DELETE"]);
  });

  test("a token is made of the permissions that are chosen, and shown once", async () => {
    const page = await show(TokensSection);
    expect(page.findAll("tbody tr").map((row) => row.text())).toEqual([
      expect.stringMatching(/erp-export.*3 rights.*Whole fleet.*in 50 d/s),
      expect.stringMatching(/grid-operator.*North.*in 5 d/s),
      expect.stringMatching(/old-report.*Revoked/s),
    ]);
    await press(page, "Make a token");
    await press(page, "Make");
    expect(changes()).toEqual([]);
    await page.get("dialog input[type=text]").setValue("weather");
    await page.get("dialog input[type=checkbox]").setValue(true);
    await press(page, "Make");
    expect(changes()[0]?.body).toEqual({
      name: "weather",
      permissions: [PERMISSION_GROUPS[0]?.permissions[0]],
      scope: null,
      expiresInDays: 90,
    });
    expect(page.get(".abx-secret").text()).toMatch(/^abx_/);
    await press(page, "Done");
    expect(page.text()).not.toContain("abx_");
  });

  test("every permission that a token may hold stands in one group", () => {
    const listed = PERMISSION_GROUPS.flatMap(({ permissions }) => permissions);
    expect([...listed].sort()).toEqual([...GRANTABLE_PERMISSIONS].sort());
  });

  test("a webhook's key is shown once, and its log says how deliveries went", async () => {
    const page = await show(WebhooksSection);
    expect(page.text()).toContain("Answered HTTP 503");
    await press(page, "Add a webhook");
    await page.get("dialog input[type=text]").setValue("pager");
    await page.get("dialog input[type=url]").setValue("https://pager.example.com/in");
    await page.findAll("dialog input[type=checkbox]")[0]?.setValue(true);
    await press(page, "Add");
    expect(changes()[0]?.body).toEqual({
      name: "pager",
      url: "https://pager.example.com/in",
      events: ["site.changed"],
      isEnabled: true,
    });
    expect(page.get(".abx-secret").text()).toMatch(/^whsec_/);
    await press(page, "Done");
    await press(page, "Log of ticket-system");
    expect(page.findAll("dialog tbody tr")).toHaveLength(3);
    await press(page, "Send a test");
    expect(page.get('dialog [role="status"]').text()).toBe("Test: Delivered");
  });

  test("settings are changed on what was read, and only in what differs", async () => {
    const page = await show(SettingsSection);
    const hours = page.findAll('input[inputmode="numeric"]')[1];
    expect(hours?.element).toHaveProperty("value", "12");
    await hours?.setValue("99");
    await page.get("form").trigger("submit");
    expect(changes()).toEqual([]);
    expect(page.get('[aria-invalid="true"]').element).toBe(hours?.element);
    await hours?.setValue("8");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(changes()).toEqual([{ method: "PATCH", path: "/settings", body: { sessionIdleH: 8 }, ifMatch: '"1"' }]);
    expect(page.text()).toContain("Saved.");
  });

  test("settings that somebody else changed meanwhile are read again", async () => {
    instead["PATCH /settings"] = { status: 412, body: { code: "request.precondition-failed" } };
    const page = await show(SettingsSection);
    await page.get("select").setValue("admin");
    await page.get("form").trigger("submit");
    await flushPromises();
    expect(page.get('[role="alert"]').text()).toContain("Somebody else changed this meanwhile");
    expect(sent.filter(({ path, method }) => path === "/settings" && method === "GET")).toHaveLength(2);
  });

  test("the limits of the settings are those of their schema", () => {
    for (const [field, { low, high }] of Object.entries(LIMITS)) {
      const at = (value: number): boolean =>
        PlatformSettings.safeParse({ ...DEFAULT_SETTINGS, [field]: value }).success;
      expect([at(low - 1), at(low), at(high), at(high + 1)], field).toEqual([false, true, true, false]);
    }
    const draft = draftOf(DEFAULT_SETTINGS);
    expect([patchOf(DEFAULT_SETTINGS, draft), problemsOf(draft)]).toEqual([null, {}]);
    expect(problemsOf({ ...draft, noticeEn: "only English" }).notice).toContain("both languages");
  });
});
