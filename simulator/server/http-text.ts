const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  416: "Range Not Satisfiable",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export type HeadOptions = {
  readonly status?: number;
  readonly type?: string;
  /** Null leaves the length out. */
  readonly length: number | null;
  readonly keepAlive: boolean;
  /** Further header lines, without line ends. */
  readonly extra?: readonly string[];
};

/** Status line and header of an answer, empty line included. */
export function headText({
  status = 200,
  type = "application/json",
  length,
  keepAlive,
  extra = [],
}: HeadOptions): string {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? "Error"}`, `Content-Type: ${type}`, ...extra];
  if (length !== null) lines.push(`Content-Length: ${length}`);
  if (!keepAlive) lines.push("Connection: close");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A whole answer in one piece. */
export function answerBytes(body: Buffer | string, options: Omit<HeadOptions, "length">): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return Buffer.concat([Buffer.from(headText({ ...options, length: bytes.length })), bytes]);
}
