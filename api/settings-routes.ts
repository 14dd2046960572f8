import { PlatformSettings, SettingsPatch } from "../domain/settings/platform-settings.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { changedMeanwhile, requireMatch } from "./preconditions.ts";
import { represent } from "./representation.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Settings";

const representationOf = (settings: PlatformSettings) =>
  represent("application/json; charset=utf-8", JSON.stringify(settings));

/** The fields that a change names, as they are in one state. */
function partOf(settings: PlatformSettings, patch: SettingsPatch): Partial<PlatformSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => Object.hasOwn(patch, key)));
}

export const SETTINGS_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/settings",
    access: "settings:read",
    tag,
    summary: { "zh-CN": "平台设置", en: "The settings of the platform" },
    answer: {
      status: 200,
      description: "With an ETag, which a change has to name",
      schema: PlatformSettings,
      isTagged: true,
    },
    refusals: [503],
    async handle(_request, { context }) {
      const { settings } = await stored(context.settings.read());
      return { kind: "representation", representation: representationOf(settings) };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: "/api/v1/settings",
    access: "settings:manage",
    needsProof: true,
    tag,
    summary: {
      "zh-CN": "修改平台设置（需带 If-Match）",
      en: "Changes settings; `If-Match` names the state that was read",
    },
    body: SettingsPatch,
    answer: { status: 200, description: "What counts now, in every process within seconds", schema: PlatformSettings },
    refusals: [412, 428, 503],
    async handle({ body, headers, session, address }, { context }) {
      const { settings: before, revision } = await stored(context.settings.read());
      requireMatch(headers["if-match"], representationOf(before).tag);
      const actor = actorOf(session, address);
      const target = Object.keys(body).sort().join(", ");
      const detail = { before: partOf(before, body), after: body };
      const entry = { ...actor, action: "settings:update", target, detail };
      const { settings } = await audited(context.audit, entry, async () => {
        const changed = await stored(context.settings.change(body, revision, actor.actor));
        if (changed === null) throw changedMeanwhile();
        return changed;
      });
      return { kind: "json", body: settings, headers: { etag: `"${representationOf(settings).tag}"` } };
    },
  }),
];
