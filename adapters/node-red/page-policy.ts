import type { NextFunction, Request, Response } from "express";

const EDITOR = "/editor";
/** What a browser may do with an answer of a flow's `http in` node, unless the flow says otherwise itself. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/**
 * The flow editor builds the forms of its nodes from HTML with scripts in it, and styles its canvas at run time: it needs
 * `'unsafe-inline'` for both. Its code editor works in workers made of a `blob:`. All else comes from this server.
 */
function editorPolicy(publicOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self' ${publicOrigin.replace(/^http/, "ws")}`,
    "worker-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * For every page and file of Node-RED, before anything else answers; the Dashboard's pages get a policy of their own
 * behind it. Nothing of it is kept without asking again: it was given to somebody who is signed in now.
 *
 * @param publicOrigin `scheme://host[:port]` of PUBLIC_URL
 */
export function createPagePolicy(publicOrigin: string) {
  const editor = editorPolicy(publicOrigin);
  return (request: Request, response: Response, next: NextFunction): void => {
    // Express takes its routes in any case.
    const path = request.path.toLowerCase();
    const isEditor = path === EDITOR || path.startsWith(`${EDITOR}/`);
    response.setHeader("Content-Security-Policy", isEditor ? editor : NOTHING);
    response.setHeader("Cache-Control", "private, no-cache");
    next();
  };
}
