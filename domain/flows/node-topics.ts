/** What travels on a wire: `msg.topic` names the schema of `msg.payload`. */
export type Topic =
  | "reply"
  | "round-report"
  | "snapshot"
  | "snapshots"
  | "rejected"
  | "rows"
  | "history"
  | "alarm-conditions"
  | "alarm"
  | "command"
  | "command-state"
  | "stream-state"
  | "video-figures"
  | "video-viewer"
  | "recording";

/** What a node takes at its input (`any`: every message; empty: it has no input) and gives at each output. */
export type NodeTopics = { readonly takes: readonly Topic[] | "any"; readonly gives: readonly (readonly Topic[])[] };
