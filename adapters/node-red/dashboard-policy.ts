import type { NextFunction, Request, Response } from "express";

export type DashboardPolicyOptions = {
  /** `scheme://host[:port]` of PUBLIC_URL. */
  readonly publicOrigin: string;
  /** True when a flow has a node whose page text is compiled in the browser. Asked at each request. */
  readonly compilesTemplates: () => boolean;
};

/**
 * What the Dashboard's pages may load and run, as a `Content-Security-Policy`.
 *
 * - Scripts come as files of this server; `'unsafe-eval'` only while a flow has a `ui-template` node, whose text Vue
 *   compiles to a function in the browser. Inline scripts and handlers never run.
 * - Style elements made at run time are Vuetify's theme and our widgets' own rules, and carry no nonce: styles need
 *   `'unsafe-inline'`.
 * - A player hands what it has loaded to the browser as a `blob:` of the page's own.
 * - The live connections are named beside `'self'`, which older browsers do not take for WebSockets.
 */
function dashboardPolicy(publicOrigin: string, compilesTemplates: boolean): string {
  const sockets = publicOrigin.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    `script-src 'self'${compilesTemplates ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${sockets}`,
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For everything below `/dashboard`: what a browser may do with a page, and that it may not guess a file's type. */
export function createDashboardPolicy({ publicOrigin, compilesTemplates }: DashboardPolicyOptions) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.setHeader("Content-Security-Policy", dashboardPolicy(publicOrigin, compilesTemplates()));
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "same-origin");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    next();
  };
}
