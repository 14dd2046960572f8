import { sayReason } from "../../../domain/notification/delivery-reason.ts";
import { useText } from "../../composables/use-text.ts";
import { untilText } from "../parts/when-text.ts";
import { CHANNELS } from "./route-draft.ts";
import { nt } from "./text.ts";

const { locale } = useText();

/** Why a try failed, in the reader's language; nothing where nothing failed. */
export function reasonText(reason: string | null): string {
  if (reason === null) return "";
  const [word, rest] = reason.split(" ");
  const teller = word === "told-by" ? CHANNELS.find((kind) => kind === rest) : undefined;
  return sayReason(teller === undefined ? reason : `told-by ${nt(`channel.${teller}`)}`, locale.value);
}

/** When it is tried again. @param nowMs the server's time */
export function nextTryText(iso: string, nowMs: number): string {
  return Date.parse(iso) <= nowMs ? nt("deliveries.next-now") : nt("deliveries.next", { in: untilText(iso, nowMs) });
}
