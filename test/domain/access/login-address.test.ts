import { expect, test } from "vitest";
import { toldByAddress } from "../../../dashboard/login/sign-in.ts";
import { leadsToLogin, loginAddress } from "../../../domain/access/login-address.ts";

test.for([
  { code: "auth.not-signed-in", reason: null },
  { code: "auth.password-change-required", reason: "password" },
  { code: "auth.totp-required", reason: "totp" },
])("after $code the login page is told $reason, and where to go on", ({ code, reason }) => {
  expect(leadsToLogin(code)).toBe(true);
  const { pathname, searchParams } = new URL(
    loginAddress("/dashboard/site?id=a&b=%2F", code),
    "https://antbox.example",
  );
  expect([pathname, searchParams.get("next")]).toEqual(["/login", "/dashboard/site?id=a&b=%2F"]);
  expect(toldByAddress(searchParams).reason).toBe(reason);
});

test("what the login page cannot help with does not lead there", () => {
  expect(["auth.not-allowed", "request.not-found", "constructor"].filter(leadsToLogin)).toEqual([]);
});
