import type { Component } from "vue";
import { PERMISSIONS, type Permission } from "../../domain/access/permissions.ts";

/** One part of the administration page. Its code loads when it is opened; it gets no props, and draws its own heading. */
export type AdminSection = {
  /** In the address: `/dashboard/admin?section=<id>`. */
  readonly id: string;
  readonly title: { readonly "zh-CN": string; readonly en: string };
  /** Shown to whoever has it. The server asks again at each request. */
  readonly permission: Permission;
  readonly load: () => Promise<{ readonly default: Component }>;
};

/** In the order of the menu. A section is a folder in `dashboard/admin/`, and one line here. */
export const ADMIN_SECTIONS: readonly AdminSection[] = [
  {
    id: "account",
    title: { "zh-CN": "我的账号", en: "My account" },
    permission: "account:read",
    load: () => import("../admin/account/AccountSection.vue"),
  },
  {
    id: "people",
    title: { "zh-CN": "用户", en: "People" },
    permission: "users:read",
    load: () => import("../admin/people/PeopleSection.vue"),
  },
  {
    id: "sessions",
    title: { "zh-CN": "会话", en: "Sessions" },
    permission: "users:read",
    load: () => import("../admin/sessions/SessionsSection.vue"),
  },
  {
    id: "tokens",
    title: { "zh-CN": "服务令牌", en: "Service tokens" },
    permission: "tokens:manage",
    load: () => import("../admin/tokens/TokensSection.vue"),
  },
  {
    id: "notifications",
    title: { "zh-CN": "通知", en: "Notifications" },
    permission: "notifications:read",
    load: () => import("../admin/notifications/NotificationsSection.vue"),
  },
  {
    id: "webhooks",
    title: { "zh-CN": "外发通知", en: "Webhooks" },
    permission: "webhooks:manage",
    load: () => import("../admin/webhooks/WebhooksSection.vue"),
  },
  {
    id: "settings",
    title: { "zh-CN": "平台设置", en: "Settings" },
    permission: "settings:read",
    load: () => import("../admin/settings/SettingsSection.vue"),
  },
  {
    id: "sites",
    title: { "zh-CN": "站点", en: "Sites" },
    permission: "sites:manage",
    load: () => import("../admin/sites/SitesSection.vue"),
  },
  {
    id: "commands",
    title: { "zh-CN": "命令", en: "Commands" },
    permission: "commands:enable",
    load: () => import("../admin/commands/CommandsSection.vue"),
  },
  {
    id: "audit",
    title: { "zh-CN": "审计日志", en: "Audit trail" },
    permission: "audit:read",
    load: () => import("../admin/audit/AuditSection.vue"),
  },
  {
    id: "about",
    title: { "zh-CN": "关于", en: "About" },
    permission: "status:read",
    load: () => import("../admin/about/AboutSection.vue"),
  },
];

/** The sections for somebody with these permissions. */
export function sectionsFor(permissions: readonly string[]): readonly AdminSection[] {
  return ADMIN_SECTIONS.filter(({ permission }) => permissions.includes(permission));
}

/** Whether there is more to look after than what everybody has. */
export function isAdministering(permissions: readonly string[]): boolean {
  return sectionsFor(permissions).some(({ permission }) => PERMISSIONS[permission].lowestRole !== "viewer");
}
