import { expect, test } from "vitest";
import { OIDC_PROBLEMS } from "../../../adapters/security/oidc-sign-in.ts";
import { toldByAddress } from "../../../dashboard/login/sign-in.ts";
import { LOGIN_TEXTS } from "../../../dashboard/login/texts.ts";

test.for(OIDC_PROBLEMS)("the login page has words for %s in both languages", (word) => {
  expect(toldByAddress(new URLSearchParams({ problem: word })).problem).toBe(word);
  expect(LOGIN_TEXTS.en[word]).not.toBe(LOGIN_TEXTS["zh-CN"][word]);
});
