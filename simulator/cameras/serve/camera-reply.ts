/** What goes back to the client, and how. The healthy one is sent at once, whole, and with the right length. */
export type CameraReply = {
  readonly status: number;
  readonly type: string;
  /** Further header lines, without line ends. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** What the header says of the length; `chunked` and `close` say nothing. */
  readonly length: number | "chunked" | "close";
  readonly delayMs: number;
  /** Null = as fast as it is read. */
  readonly bytesPerS: number | null;
  /** The header goes at that pace, too. */
  readonly dripsHeader: boolean;
  /** Null = no answer at all: silence, or a reset at once. */
  readonly refusal: "silent" | "reset" | null;
  /** What happens at this byte of the body; `pauseMs` 0 stops for good. */
  readonly breakAt: {
    readonly byte: number;
    readonly how: "pause" | "close" | "reset";
    readonly pauseMs: number;
  } | null;
  /** After the body this block, so many times. */
  readonly repeat: { readonly block: Buffer; readonly times: number } | null;
};

export function goodReply(status: number, type: string, body: Buffer, headers: readonly string[] = []): CameraReply {
  return {
    ...{ status, type, headers, body, length: body.length, delayMs: 0, bytesPerS: null, dripsHeader: false },
    ...{ refusal: null, breakAt: null, repeat: null },
  };
}

/** The same reply with another body, announced rightly. */
export function withBody(reply: CameraReply, body: Buffer, type = reply.type, status = 200): CameraReply {
  return { ...reply, status, type, body, length: body.length };
}
