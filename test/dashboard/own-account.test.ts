// @vitest-environment happy-dom
import { flushPromises } from "@vue/test-utils";
import decodeQr from "qr/decode.js";
import { describe, expect, test, vi } from "vitest";
import AccountSection from "../../dashboard/admin/account/AccountSection.vue";
import { stageAdministration } from "./administration-stage.ts";

const { show, press, changes } = stageAdministration();

describe("the own account", () => {
  test("replaces the password by the rules", async () => {
    const page = await show(AccountSection);
    const [current, next, again] = page.findAll(".abx-password input[type=password]");
    await next?.setValue("antbox");
    expect(page.get(".abx-rules").text()).toContain("at least 12 characters");
    expect(page.get(".abx-rules").text()).toContain("antbox");
    await current?.setValue("right");
    await next?.setValue("seven quiet pumps at night");
    await again?.setValue("seven quiet pumps");
    await page.get(".abx-password").trigger("submit");
    expect(page.get('.abx-password [aria-invalid="true"]').element).toBe(again?.element);
    await again?.setValue("seven quiet pumps at night");
    await page.get(".abx-password").trigger("submit");
    await flushPromises();
    expect(changes()).toMatchObject([
      { path: "/account/password", body: { current: "right", next: "seven quiet pumps at night" } },
    ]);
    expect(page.text()).toContain("Changed. Your other sessions have ended.");
  });

  test("sets up a second factor: a code to scan, and recovery codes once", async () => {
    const page = await show(AccountSection);
    const totp = () => page.get(".abx-totp");
    await totp().get("button").trigger("click");
    await totp().get("input").setValue("right");
    await totp().get("form").trigger("submit");
    await vi.waitFor(() => expect(totp().get(".abx-qr path").attributes("d")).not.toBe(""));
    expect(readQr(totp().get(".abx-qr"))).toMatch(/^otpauth:\/\/totp\/AntBox%20Flow:admin\?secret=JBSWY3DPEHPK3PXP/);
    expect(totp().get(".abx-secret").text()).toMatch(/^JBSW Y3DP/);
    await totp().get("input").setValue("000000");
    await totp().get("form").trigger("submit");
    await flushPromises();
    expect(totp().get('[role="alert"]').text()).toContain("The code is wrong");
    await totp().get("input").setValue("123 456");
    await totp().get("form").trigger("submit");
    await flushPromises();
    expect(totp().findAll(".abx-recovery__codes li")).toHaveLength(10);
    expect(totp().findAll("button").at(-1)?.attributes("disabled")).toBeDefined();
    await totp().get("input[type=checkbox]").setValue(true);
    await totp().findAll("button").at(-1)?.trigger("click");
    await flushPromises();
    expect(totp().text()).toContain("On");
    expect(totp().text()).not.toContain("7KQ2");
  });

  test("ends other sessions", async () => {
    const page = await show(AccountSection);
    expect(page.findAll("tbody tr").map((row) => row.text())).toEqual([
      expect.stringMatching(/Chrome 142 · Windows\s+this one.*on line/s),
      expect.stringMatching(/Safari 18 · iOS.*End/s),
    ]);
    await press(page, "End all others");
    expect(page.text()).toContain("1 ended.");
    expect(page.findAll("tbody tr")).toHaveLength(1);
  });
});

/** What a scanner reads from the drawn code. */
function readQr(svg: {
  attributes(name: string): string | undefined;
  get(selector: string): { attributes(name: string): string | undefined };
}): string {
  const size = Number(svg.attributes("viewBox")?.split(" ")[2]);
  const scale = 4;
  const side = size * scale;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (const [, x, y, width] of (svg.get("path").attributes("d") ?? "").matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const from = (row * side + Number(x) * scale) * 4;
      for (let pixel = 0; pixel < Number(width) * scale; pixel += 1)
        data.fill(0, from + pixel * 4, from + pixel * 4 + 3);
    }
  }
  return decodeQr({ width: side, height: side, data });
}
