// @vitest-environment happy-dom
import { flushPromises } from "@vue/test-utils";
import { describe, expect, test, vi } from "vitest";
import { makePassword } from "../../dashboard/admin/people/new-password.ts";
import PeopleSection from "../../dashboard/admin/people/PeopleSection.vue";
import { changeOf, consequencesOf } from "../../dashboard/admin/people/person.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import type { Person } from "../../domain/access/person.ts";
import { fakePeople } from "../e2e/harness/fake-admin.ts";
import { START, stageAdministration } from "./administration-stage.ts";

const { setLocale } = useText();
const { show, press, changes, instead } = stageAdministration();

describe("people", () => {
  test("are listed with role, limits and state in words", async () => {
    const page = await show(PeopleSection);
    const rows = page.findAll("tbody tr").map((row) => row.text());
    expect(rows).toHaveLength(7);
    expect(rows[2]).toMatch(/li\.wei.*on line.*Operator.*Regions: North · Zones: A1, A2.*Enabled.*On/s);
    expect(rows[3]).toContain("Locked");
    expect(rows[4]).toContain("Disabled");
    expect(rows[5]).toContain("Must change password");
    expect(rows[6]).toContain("6 sites");
    expect(page.text()).toMatch(/Read 0 s ago/);
  });

  test("say what a change will do before it is made, and send only what differs", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    expect(page.find(".abx-will").exists()).toBe(false);
    await page.get("dialog select").setValue("viewer");
    expect(page.get(".abx-will").text()).toMatch(/Operator → Viewer.*two seconds.*on line right now/s);
    await press(page, "Apply changes");
    expect(changes()).toEqual([{ method: "PATCH", path: "/users/li.wei", body: { role: "viewer" }, ifMatch: null }]);
    expect(page.find("dialog").exists()).toBe(false);
    expect(page.get(".abx-said").text()).toBe("li.wei was changed.");
  });

  test("are asked about before somebody is disabled", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await press(page, "Disable…");
    expect(page.get("dialog").text()).toMatch(/can no longer sign in.*enabled again/s);
    expect(changes()).toEqual([]);
    await press(page, "Cancel");
    await press(page, "Disable…");
    await press(page, "Disable");
    expect(changes().map(({ body }) => body)).toEqual([{ isDisabled: true }]);
  });

  test("get a made password that is shown once", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await press(page, "Reset password…");
    await press(page, "Reset password");
    const [change] = changes();
    expect(change?.body["password"]).toMatch(/^[\w-]{20,}$/);
    expect(page.get(".abx-secret").text()).toBe(change?.body["password"]);
  });

  test("tell why the server refused, in the reader's language", async () => {
    instead["PATCH /users/li.wei"] = { status: 409, body: { code: "user.last-admin", detail: "nobody left" } };
    const page = await show(PeopleSection);
    await press(page, "Edit li.wei");
    await page.get("dialog select").setValue("viewer");
    await press(page, "Apply changes");
    expect(page.get('dialog [role="alert"]').text()).toContain("last enabled administrator");
    setLocale("zh-CN");
    await flushPromises();
    expect(page.get('dialog [role="alert"]').text()).toContain("最后一位可用的管理员");
  });

  test("cannot be given other rights by themselves", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit admin");
    expect(page.get("dialog select").attributes("disabled")).toBeDefined();
    expect(page.findAll("dialog button").map((button) => button.text())).toEqual(["Close", "Apply changes"]);
  });

  test("are limited to parts of the fleet by a picker that counts", async () => {
    const page = await show(PeopleSection);
    await press(page, "Edit zhao.lei");
    expect(page.get(".abx-scope__count").text()).toBe("4 of 24 sites");
    expect(page.get(".abx-scope").text()).toContain("not in the inventory");
    await page.findAll(".abx-scope input[type=radio]")[0]?.setValue(true);
    expect(page.get(".abx-will").text()).toContain("Whole fleet");
    await press(page, "Apply changes");
    expect(changes()[0]?.body).toEqual({ scope: null });
  });

  test("are added with a name that the server takes", async () => {
    const page = await show(PeopleSection);
    await press(page, "Add a person");
    await page.get("dialog input[type=text]").setValue("Li Wei");
    await press(page, "Add");
    expect(page.get('dialog [aria-invalid="true"]').element).toBe(page.get("dialog input[type=text]").element);
    await page.get("dialog input[type=text]").setValue("new.person");
    await press(page, "Add");
    expect(changes()[0]?.body).toMatchObject({ username: "new.person", role: "viewer", scope: null });
    expect(page.get("dialog").text()).toContain("Hand this password over to new.person");
  });

  test("are hatched, and said to be old, while the server is away", async () => {
    const page = await show(PeopleSection);
    instead["GET /users"] = { status: 503, body: { code: "storage.unavailable" } };
    await vi.advanceTimersByTimeAsync(16_000);
    expect(page.get('[role="alert"]').text()).toContain("What is shown is old");
    expect(page.find(".abx-panel.abx-hatched").exists()).toBe(true);
    delete instead["GET /users"];
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.find('[role="alert"]').exists()).toBe(false);
  });
});

describe("what a change does", () => {
  const [, , liWei] = fakePeople(START);
  const person = liWei as Person;
  test("is nothing when nothing differs, in whatever order the names stand", () => {
    expect(changeOf(person, "operator", { regions: ["North"], zones: ["A2", "A1"], sites: [] })).toBeNull();
  });
  test("an administrator loses the limits", () => {
    expect(changeOf(person, "admin", person.scope)).toEqual({ role: "admin", scope: null });
  });
  test.for([
    { role: "viewer" },
    { scope: null },
    { isDisabled: true },
    { isDisabled: false },
    { password: "x" },
    { removeTotp: true },
    { unlock: true },
  ] as const)("is told for %o", (change) => {
    expect(consequencesOf(person, change, (role) => role)[0]).toContain("li.wei");
  });
  test("a made password has no fewer than 128 random bits, and is fair", () => {
    expect(makePassword()).not.toBe(makePassword());
    expect(makePassword((bytes) => bytes.fill(7)).replaceAll("-", "")).toHaveLength(25);
    const letters = Array.from({ length: 400 }, () => makePassword().replaceAll("-", "")).join("");
    expect(new Set(letters).size).toBe(55);
  });
});
