import { z } from "zod";
import { plainText } from "../../domain/plain-text.ts";
import { defineChannel } from "./define-channel.ts";
import { failed } from "./judge-exchange.ts";
import { MOST_TEXT_BYTES, writeMail } from "./mail-message.ts";
import { trySmtp } from "./smtp-try.ts";

const TIME_LIMIT_MS = 20_000;
/** No server names one in common; many let a sender have about so many [J]. */
const PER_MINUTE = 60;

const Address = z.email().max(254);
const HostName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z\d](?:[A-Za-z\d.:-]*[A-Za-z\d])?$/, "must be a host name or an address");

const EmailSettings = z
  .strictObject({
    host: HostName,
    port: z.int().min(1).max(65_535).default(587),
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    user: plainText(254).min(1).optional(),
    password: z.string().min(1).max(500).optional(),
    from: Address,
    fromName: plainText(80).default("AntBox Flow"),
  })
  .superRefine(({ user, password, security }, context) => {
    if ((user === undefined) !== (password === undefined)) {
      context.addIssue({ code: "custom", path: ["password"], message: "must come with user, or neither" });
    }
    if (password !== undefined && security === "none") {
      context.addIssue({
        code: "custom",
        path: ["security"],
        message: "must be starttls or tls: a password is not sent in plain text",
      });
    }
  });

export const email = defineChannel({
  kind: "email",
  label: { "zh-CN": "电子邮件", en: "E-mail" },
  settingsSchema: EmailSettings,
  fields: [
    { key: "host", label: { "zh-CN": "SMTP 服务器", en: "SMTP server" }, isSecret: false },
    {
      key: "port",
      label: { "zh-CN": "端口", en: "Port" },
      help: { "zh-CN": "STARTTLS 通常为 587，TLS 为 465", en: "587 for STARTTLS, 465 for TLS" },
      isSecret: false,
    },
    {
      key: "security",
      label: { "zh-CN": "加密", en: "Encryption" },
      help: {
        "zh-CN": "starttls、tls 或 none；none 只能用于已放行的自有网络",
        en: "starttls, tls or none; none only into own networks that are allowed",
      },
      isSecret: false,
    },
    { key: "user", label: { "zh-CN": "用户名", en: "User" }, isSecret: false },
    { key: "password", label: { "zh-CN": "密码或授权码", en: "Password" }, isSecret: true },
    { key: "from", label: { "zh-CN": "发件地址", en: "Sender's address" }, isSecret: false },
    { key: "fromName", label: { "zh-CN": "发件人名称", en: "Sender's name" }, isSecret: false },
  ],
  addressSchema: Address,
  addressLabel: { "zh-CN": "邮箱地址", en: "E-mail address" },
  addressHelp: { "zh-CN": "一个地址", en: "One address" },
  limits: { perMinute: PER_MINUTE, perSecond: null, longest: { count: MOST_TEXT_BYTES, unit: "bytes" } },
  picture: "inside",
  honoursKey: true,
  open({ host, port, security, user, password, from, fromName }, { resolve, timeLimitMs = TIME_LIMIT_MS }) {
    const account = user === undefined || password === undefined ? null : { user, password };
    return async (message, address, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
      const raw = await writeMail(message, { address: from, name: fromName }, address);
      const found = await resolve(host, security !== "none");
      if (typeof found === "string") return failed({ word: found, retryable: found === "dns" });
      const server = { host, address: found.address, port, security, account };
      return trySmtp(server, { from, to: address, raw }, limited);
    };
  },
});
