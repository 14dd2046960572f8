import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { loginFileOf } from "./login-files.ts";
import { defineRoute, type Route } from "./route.ts";

const HOME = "/dashboard/overview";

export const PAGE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/",
    access: "dashboard:use",
    tag: "Pages",
    summary: { "zh-CN": "跳转到总览页", en: "Leads to the fleet overview" },
    answer: { status: 302, description: "To the overview, or to the login" },
    isPage: true,
    handle: () => ({ kind: "redirect", location: HOME }),
  }),
  defineRoute({
    method: "GET",
    path: "/login",
    access: "public",
    tag: "Pages",
    summary: { "zh-CN": "登录页", en: "The login page" },
    answer: { status: 200, description: "The page", contentType: "text/html", isTagged: true },
    refusals: [404],
    async handle(_request, { context }) {
      return { kind: "representation", representation: await loginFileOf(context.config.loginFolder, "index.html") };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/login/{file*}",
    access: "public",
    tag: "Pages",
    summary: { "zh-CN": "登录页的脚本和样式", en: "Scripts and styles of the login page" },
    params: z.strictObject({ file: z.string().max(200) }),
    answer: {
      status: 200,
      description: "The file",
      contentType: "text/javascript",
      otherTypes: ["text/css", "image/svg+xml", "image/png", "image/x-icon", "font/woff2"],
      isTagged: true,
    },
    refusals: [404],
    async handle({ params }, { context }) {
      if (params.file === "index.html") throw new AppError("request.not-found", "the page is at /login");
      return { kind: "representation", representation: await loginFileOf(context.config.loginFolder, params.file) };
    },
  }),
];
