/** One row whose canonical text and hash are pinned: the domain and the trigger must both make these. */
export const VECTOR = {
  seq: 7,
  at: "2026-11-25T21:34:04.123456Z",
  actorKind: "user",
  actor: "李明",
  action: "user:update",
  outcome: "done",
  target: "eve",
  address: "192.0.2.7",
  detail: '{"after":{"role":"operator"},"name":"😀é"}',
};
/** With 64 zeros as the hash of the row before. */
export const VECTOR_TEXT =
  "14:antbox-audit-1,1:7,27:2026-11-25T21:34:04.123456Z,4:user,6:李明,11:user:update,4:done,3:eve,9:192.0.2.7," +
  `45:{"after":{"role":"operator"},"name":"😀é"},64:${"0".repeat(64)},`;
export const VECTOR_HASH = "6d3ff0004ca5a8cd0b35b979a12aed2e8ce52d04434ea0f665999d18992c51de";
