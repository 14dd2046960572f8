import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";
import type { ControllerReply, RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import { makeSnapshot } from "../../domain/telemetry/make-snapshot.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type MessageCheck, problemsOf } from "../_shared/message-check.ts";
import type { Platform } from "../_shared/platform.ts";

/** A JSON Schema that somebody pasted, and what it is for: the canonical snapshot, or the raw JSON per request. */
export type ExtraCheck = { readonly of: "snapshot" | "replies"; readonly check: MessageCheck<unknown> };
export type Verdict = { readonly snapshot: Snapshot } | { readonly rejected: RejectedReply };

/** One reply → one snapshot, or the reason why there is none. Single bad values are no reason: they become `null` with a mark. */
export function validateReply(
  reply: ControllerReply,
  { profileOf, inventory, derivedMemory }: Pick<Platform, "profileOf" | "inventory" | "derivedMemory">,
  extra: ExtraCheck | null,
): Verdict {
  const profile = profileOf(reply.profile) ?? profileOf(idOf(reply.profile));
  if (!profile) return rejected(reply, `profile ${reply.profile} is not known`);
  const refusal = refusedRequest(reply, profile) ?? refusedBy(extra, "replies", reply.replies);
  if (refusal !== null) return rejected(reply, refusal);
  const snapshot = makeSnapshot(reply, profile, inventory.get(reply.siteId));
  derivedMemory.extend(snapshot);
  const problem = refusedBy(extra, "snapshot", snapshot);
  return problem === null ? { snapshot } : rejected(reply, problem);
}

/** An old version of a profile leaves with an upgrade, while the journal still holds replies that name it. */
function idOf(tag: string): string {
  return tag.split("@")[0] ?? tag;
}

/** The first required request whose answer the profile does not accept. Without an optional one its points are missing. */
function refusedRequest({ replies }: ControllerReply, { profile, judge }: CompiledProfile): string | null {
  for (const { name } of profile.requests.filter(({ required }) => required)) {
    const cause = judge(name, replies[name]);
    if (cause !== null) return `request ${name}: ${cause}`;
  }
  return null;
}

function refusedBy(extra: ExtraCheck | null, of: ExtraCheck["of"], value: unknown): string | null {
  if (extra?.of !== of || extra.check(value)) return null;
  return `JSON Schema: ${problemsOf(extra.check)}`;
}

function rejected({ siteId, slot, profile }: ControllerReply, reason: string): Verdict {
  return { rejected: { siteId, slot, profile, reason } };
}
