import { z } from "zod";
import { Role } from "../domain/access/session-user.ts";
import type { CommandArgument, CommandKind } from "../domain/commands/command-kind.ts";
import { verifyAfterS } from "../domain/commands/effect.ts";
import { type FittedKind, fitAllKinds, stagesFor } from "../domain/commands/fit-profile.ts";
import { COMMON_INTERLOCKS } from "../domain/commands/interlocks/index.ts";
import type { Profile, ProfileCommand } from "../domain/profiles/profile.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { KindName, UNUSABLE } from "./command-order.ts";
import { BothLanguages } from "./command-selection.ts";
import { listOf } from "./lists.ts";
import { findProfile } from "./profile-routes.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite } from "./site-routes.ts";

const Query = z
  .strictObject({
    site: SiteId.optional().describe("Kinds as they are at this site"),
    profile: z.string().max(64).optional().describe("Kinds as they are at sites of this profile"),
  })
  .refine(({ site, profile }) => (site === undefined) !== (profile === undefined), "must name a site or a profile");

const Argument = z.strictObject({
  type: z.enum(["number", "word", "flag"]),
  label: BothLanguages,
  isOptional: z.boolean(),
  unit: z.string(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number().nullable(),
  also: z.array(z.number()).describe("Numbers that are allowed beside the range"),
  words: z.record(z.string(), BothLanguages).describe("Words that are allowed"),
});

const CommandKindView = z
  .strictObject({
    kind: KindName,
    title: BothLanguages,
    does: BothLanguages,
    onSite: BothLanguages.describe("What somebody on site should see to"),
    args: z.record(z.string(), Argument).describe("By name; limits are those of kind and profile together"),
    lowestRole: Role,
    higherRole: z
      .strictObject({ argument: z.string(), from: z.number(), to: z.number(), lowestRole: Role })
      .nullable()
      .describe("Outside of this range of the argument it needs that role"),
    needsReason: z.boolean(),
    needsSecondPerson: z.boolean(),
    leastGapS: z.number().nullable(),
    mostOften: z
      .strictObject({ count: z.int(), perS: z.number() })
      .nullable()
      .describe("So many at one site within that time"),
    mostChange: z
      .strictObject({ argument: z.string(), point: z.string(), by: z.number() })
      .nullable()
      .describe("So far at most from what the point reads now, in its unit"),
    effect: z
      .array(
        z.strictObject({
          id: z.string(),
          title: BothLanguages,
          withinS: z.number().describe("After it was sent"),
          reads: z.array(z.string()).describe("Points that show it; `faults`: the fault bits"),
        }),
      )
      .describe(
        "What has to be seen for it to be `verified`, as far as this controller reports it; some arguments ask for less",
      ),
    mostSites: z.int().describe("At once; 1 = one site after the other"),
    expiresInS: z.number(),
    verifyWithinS: z.number().describe("When the effect has to have been read back at the latest, after it was sent"),
    interlocks: z.array(
      z.strictObject({
        id: z.string(),
        title: BothLanguages,
        override: Role.nullable().describe("The lowest role that may override it; null = nobody"),
      }),
    ),
    sequence: z
      .literal("emergency-stop")
      .nullable()
      .describe("What orders it when its time has come; null = a person does, here"),
    isUsable: z.boolean(),
    unusable: z
      .strictObject({
        code: z.enum(["no-such-kind", "no-vendor-call", "arguments-differ", "no-read-back"]),
        texts: BothLanguages,
      })
      .nullable()
      .describe("Why it cannot be used there"),
  })
  .meta({
    id: "CommandKind",
    description: "A kind of command: what it takes, what it does, and what has to be so before",
  });
type CommandKindView = z.output<typeof CommandKindView>;

export const COMMAND_KIND_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/command-kinds",
    access: "commands:read",
    tag: "Commands",
    summary: {
      "zh-CN": "可用的命令种类，以及不可用的原因",
      en: "The kinds of command of a site or profile, the unusable ones with the reason",
    },
    query: Query,
    answer: { status: 200, description: "All kinds", schema: listOf(CommandKindView, "CommandKindList") },
    refusals: [404],
    handle({ query, session }, { context }) {
      const id = query.site === undefined ? query.profile : findSite(context, query.site, session).profileId;
      const { profile } = findProfile(context, id ?? "");
      const items = kindsOf(profile, context.settings.current().commandSites);
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
];

function kindsOf(profile: Profile, cap: number): CommandKindView[] {
  return Object.entries(fitAllKinds(profile)).flatMap(([name, fitted]) =>
    fitted.kind === null ? [] : [viewOf(name, fitted.kind, fitted, { profile, cap })],
  );
}

type Around = { readonly profile: Profile; readonly cap: number };

function viewOf(
  name: string,
  kind: CommandKind,
  { vendor, unusable }: FittedKind,
  { profile, cap }: Around,
): CommandKindView {
  const { title, does, onSite, lowestRole, needsReason, needsSecondPerson } = kind;
  const { leastGapS, mostOften, mostChange, expiresInS } = kind;
  const own = Object.entries(kind.args);
  return {
    kind: name,
    title,
    does,
    onSite,
    args: Object.fromEntries(own.map(([arg, argument]) => [arg, argumentOf(argument, vendor?.args?.[arg])])),
    lowestRole,
    higherRole: kind.higherRole,
    needsReason,
    needsSecondPerson,
    leastGapS,
    mostOften,
    mostChange,
    effect: stagesFor(kind, profile).map(({ id, title: words, withinS, reads }) => {
      return { id, title: words, withinS, reads: [...reads] };
    }),
    mostSites: kind.mostSites <= 1 ? 1 : cap,
    expiresInS,
    verifyWithinS: verifyAfterS(kind),
    interlocks: [...COMMON_INTERLOCKS, ...kind.interlocks].map(({ id, title: words }) => {
      const override = Object.hasOwn(kind.overrides, id) ? (kind.overrides[id]?.lowestRole ?? null) : null;
      return { id, title: words, override };
    }),
    sequence: kind.sequence,
    isUsable: unusable === null,
    unusable: unusable && { code: unusable, texts: UNUSABLE[unusable] },
  };
}

type Limits = NonNullable<ProfileCommand["args"]>[string] | undefined;

function argumentOf(argument: CommandArgument, limits: Limits): z.output<typeof Argument> {
  const { type, label, isOptional = false } = argument;
  const base = { type, label, isOptional, unit: "", min: null, max: null, step: null, also: [], words: {} };
  switch (argument.type) {
    case "flag":
      return base;
    case "word": {
      const taken = Object.entries(argument.words).filter(
        ([word]) => limits === undefined || ("words" in limits && Object.hasOwn(limits.words, word)),
      );
      return { ...base, words: Object.fromEntries(taken) };
    }
    case "number": {
      const { unit, also = [] } = argument;
      const narrow = limits !== undefined && "min" in limits ? limits : null;
      const min = Math.max(argument.min, narrow?.min ?? argument.min);
      const max = Math.min(argument.max, narrow?.max ?? argument.max);
      const step = Math.max(argument.step, narrow?.step ?? argument.step);
      return { ...base, unit, min, max, step, also: [...also] };
    }
  }
}
