import { z } from "zod";
import type { OperatorEvent } from "../domain/alarms/alarm-event.ts";
import { factsOf, NoteText, shelveEvent } from "./alarm-acts.ts";
import {
  actOnAll,
  BulkResult,
  Chosen,
  findChosen,
  foresee,
  foreseenResult,
  isOneChoice,
  ONE_CHOICE,
} from "./alarm-bulk.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { defineRoute, type RawRequest, type Reply, type Route, type Services } from "./route.ts";

/** The trail names so many of the alarms; each of them has its own history, with the same name and reason. */
const MOST_NAMED = 200;

const answer = {
  status: 200,
  description: "How many were changed, which were not, and what it was about",
  schema: BulkResult,
} as const;
const AcknowledgeMany = z.strictObject({ ...Chosen, note: NoteText.default("") }).refine(isOneChoice, ONE_CHOICE);
const ShelveMany = z
  .strictObject({
    ...Chosen,
    until: z.iso.datetime({ offset: true }).describe("At most 8 hours from now"),
    reason: NoteText.min(1),
  })
  .refine(isOneChoice, ONE_CHOICE);

type Many = z.output<typeof AcknowledgeMany> | z.output<typeof ShelveMany>;
type Asked = Pick<RawRequest, "session" | "address"> & { readonly body: Many };

async function act(
  { body, session, address }: Asked,
  { context }: Services,
  action: string,
  event: OperatorEvent,
): Promise<Reply> {
  const foreseen = foresee(await findChosen(context, session, body), event);
  const { changeable } = foreseen;
  if (body.dryRun || changeable.length === 0) {
    return { kind: "json", body: { ...foreseenResult(foreseen), isDryRun: body.dryRun } };
  }
  const detail = {
    ...factsOf(event),
    ...(body.filter === undefined ? {} : { filter: body.filter }),
    count: changeable.length,
    alarms: changeable.slice(0, MOST_NAMED).map(({ id }) => id),
  };
  const line = { ...actorOf(session, address), action, detail };
  return {
    kind: "json",
    body: await audited(context.audit, line, () => actOnAll(context, foreseen, event)),
  };
}

export const ALARM_BULK_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/alarms/acknowledge",
    access: "alarms:acknowledge",
    tag: "Alarms",
    summary: { "zh-CN": "批量确认报警，可先试算范围", en: "Acknowledges many alarms, after a dry run if wanted" },
    body: AcknowledgeMany,
    answer,
    refusals: [503],
    isCostly: true,
    handle(request, services) {
      const { body, session } = request;
      const at = new Date(services.clock()).toISOString();
      const event = { type: "acknowledge", at, by: session?.username ?? "", note: body.note } as const;
      return act(request, services, "alarm:acknowledge", event);
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/alarms/shelve",
    access: "alarms:shelve",
    tag: "Alarms",
    summary: { "zh-CN": "批量搁置报警，可先试算范围", en: "Shelves many alarms, after a dry run if wanted" },
    body: ShelveMany,
    answer,
    refusals: [503],
    isCostly: true,
    handle(request, services) {
      const { body, session } = request;
      const at = new Date(services.clock()).toISOString();
      return act(request, services, "alarm:shelve", shelveEvent(body, { by: session?.username ?? "", at }));
    },
  }),
];
