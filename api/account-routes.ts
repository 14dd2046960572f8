import { z } from "zod";
import type { Owner } from "../adapters/security/own-account.ts";
import { PROOF_S } from "../domain/access/recent-proof.ts";
import { AppError } from "../domain/errors.ts";
import { refuseWeakPassword } from "./password-problem.ts";
import { defineRoute, type RawRequest, type Route } from "./route.ts";

const Password = z.string().min(1).max(1024);
const Code = z.string().min(6).max(40).describe("Six digits of the authenticator, or a recovery code");

const NewPassword = z
  .strictObject({ current: Password, next: Password })
  .meta({ id: "NewPassword", examples: [{ current: "…", next: "…" }] });
const TotpStart = z.strictObject({ password: Password }).meta({ id: "TotpStart", examples: [{ password: "…" }] });
const TotpSecret = z
  .strictObject({
    secret: z.string().describe("Base32, to be typed into an authenticator"),
    uri: z.string().describe("`otpauth:` address, as its QR code holds it"),
  })
  .meta({
    id: "TotpSecret",
    examples: [{ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/AntBox%20Flow:li.wei?secret=JBSWY3DPEHPK3PXP" }],
  });
const TotpCode = z.strictObject({ code: Code }).meta({ id: "TotpCode", examples: [{ code: "123456" }] });
const RecoveryCodes = z
  .strictObject({ recoveryCodes: z.array(z.string()).describe("Each signs in once in place of a code; shown once") })
  .meta({ id: "RecoveryCodes", examples: [{ recoveryCodes: ["7KQ2-M4TD-Z0PX-91VB-CYH6-E8WA-3RNJ"] }] });
const TotpRemoval = z
  .strictObject({ password: Password, code: Code })
  .meta({ id: "TotpRemoval", examples: [{ password: "…", code: "123456" }] });

const ProofGiven = z
  .strictObject({ password: Password.optional(), code: Code.optional() })
  .refine(
    ({ password, code }) => (password === undefined) !== (code === undefined),
    "one of password and code is needed",
  )
  .meta({ id: "Proof", examples: [{ password: "…" }, { code: "123456" }] });

const tag = "Own account";
/** The password is asked for again: 409 for accounts of an identity provider, 429 after wrong ones. */
const refusals = [409, 429, 503];

function ownerOf({ session, address }: Pick<RawRequest, "session" | "address">): Owner {
  if (!session) throw new AppError("auth.not-signed-in", "no session");
  return { username: session.username, sessionId: session.sessionId, address };
}

export const ACCOUNT_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/account/proof",
    access: "account:write",
    tag,
    summary: {
      "zh-CN": `再次验证身份：此后 ${PROOF_S / 60} 分钟内可执行需要验证的操作`,
      en: `Proves again who one is: for ${PROOF_S / 60} minutes the session may do what needs that`,
    },
    body: ProofGiven,
    answer: { status: 204, description: "Proven" },
    refusals,
    async handle({ body: { password, code = "" }, ...request }, { context }) {
      await context.ownAccount.prove(ownerOf(request), password === undefined ? { code } : { password });
      return { kind: "empty" };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/account/password",
    access: "account:write",
    tag,
    summary: {
      "zh-CN": "修改自己的密码；其他会话随之结束",
      en: "Replaces the own password; the other sessions end",
    },
    body: NewPassword,
    answer: { status: 204, description: "Replaced" },
    refusals,
    async handle({ body, ...request }, { context }) {
      refuseWeakPassword("body.next", await context.ownAccount.changePassword(ownerOf(request), body));
      return { kind: "empty" };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/account/totp",
    access: "account:write",
    tag,
    summary: {
      "zh-CN": "开始启用双重验证；确认后生效",
      en: "Begins to set up a second factor; it counts once it is confirmed",
    },
    body: TotpStart,
    answer: { status: 200, description: "What the authenticator has to know; shown once", schema: TotpSecret },
    refusals,
    async handle({ body, ...request }, { context }) {
      return { kind: "json", body: await context.ownAccount.addTotp(ownerOf(request), body.password) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/account/totp/confirm",
    access: "account:write",
    tag,
    summary: {
      "zh-CN": "用第一个验证码确认双重验证；返回恢复码",
      en: "Confirms the second factor with its first code; answers recovery codes",
    },
    body: TotpCode,
    answer: { status: 200, description: "The second factor is on", schema: RecoveryCodes },
    refusals: [409, 503],
    async handle({ body, ...request }, { context }) {
      return {
        kind: "json",
        body: { recoveryCodes: await context.ownAccount.confirmTotp(ownerOf(request), body.code) },
      };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/account/totp/remove",
    access: "account:write",
    tag,
    summary: { "zh-CN": "停用双重验证", en: "Switches the second factor off" },
    body: TotpRemoval,
    answer: { status: 204, description: "Off" },
    refusals,
    async handle({ body, ...request }, { context }) {
      await context.ownAccount.removeTotp(ownerOf(request), body);
      return { kind: "empty" };
    },
  }),
];
