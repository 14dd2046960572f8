/** The head of one request. Bodies are not read: the protocol has none. */
export type RequestHead = {
  readonly method: string;
  readonly path: string;
  readonly operation: string | null;
  readonly query: URLSearchParams;
  readonly keepAlive: boolean;
};

/** Larger heads are refused with 431. */
export const MAX_HEAD_BYTES = 16_384;

/** @param head everything up to and without the empty line; @returns null when it is not an HTTP/1 request */
export function parseRequest(head: string): RequestHead | null {
  const lineEnd = head.indexOf("\r\n");
  const match = /^([A-Z]{1,16}) (\/[^ ]*) HTTP\/1\.([01])$/.exec(lineEnd < 0 ? head : head.slice(0, lineEnd));
  if (match === null) return null;
  const [, method = "", target = "/", minor] = match;
  const question = target.indexOf("?");
  const query = new URLSearchParams(question < 0 ? "" : target.slice(question + 1));
  return {
    method,
    path: question < 0 ? target : target.slice(0, question),
    operation: query.get("operation"),
    query,
    keepAlive: wantsKeepAlive(head, minor === "1"),
  };
}

function wantsKeepAlive(head: string, isHttp11: boolean): boolean {
  const header = /\r\nconnection:[ \t]*([^\r\n]*)/i.exec(head)?.[1]?.toLowerCase() ?? "";
  if (header.includes("close")) return false;
  return isHttp11 || header.includes("keep-alive");
}
