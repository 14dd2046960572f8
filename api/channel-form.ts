import { z } from "zod";
import type { ChannelDefinition, ChannelField } from "../domain/notification/channel-definition.ts";

const Standard = z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.string())]);

/** How a field of a channel's settings is typed in. */
export const FieldInput = z
  .strictObject({
    type: z.enum(["text", "lines", "number", "choice", "pairs"]).describe("pairs: names with a text each"),
    options: z.array(z.string()).describe("Of a choice; otherwise none"),
    isRequired: z.boolean(),
    standard: Standard.nullable().describe("What counts when it is left out"),
    least: z.number().nullable(),
    most: z.number().nullable().describe("Of a number its value, of a text its characters"),
  })
  .meta({ id: "NoticeFieldInput" });
export type FieldInput = z.infer<typeof FieldInput>;

type Property = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: z.infer<typeof Standard>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
};
type Branch = { readonly properties?: Readonly<Record<string, Property>>; readonly required?: readonly string[] };
type Document = Branch & { readonly oneOf?: readonly Branch[]; readonly anyOf?: readonly Branch[] };

/**
 * Read off the schema that judges the settings, so that no form asks for something else. Of a channel with several
 * providers a field is looked for where its `when` holds, and the field that chooses between them offers all of them.
 */
export function fieldInput({ settingsSchema }: ChannelDefinition, { key, when, isLong }: ChannelField): FieldInput {
  const document = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" }) as Document;
  const branches = document.oneOf ?? document.anyOf ?? [document];
  const asked = branches.filter(({ properties }) => when === undefined || properties?.[when.key]?.const === when.is);
  const found = asked.flatMap(({ properties }) => properties?.[key] ?? []);
  const [property = {}] = found;
  const options = property.enum ?? found.flatMap((one) => one.const ?? []);
  return {
    type: typeOf(property, options, isLong === true),
    options: [...options],
    isRequired: asked.every(({ required }) => required?.includes(key) === true),
    standard: property.default ?? null,
    least: property.minimum ?? null,
    most: property.maximum ?? property.maxLength ?? null,
  };
}

function typeOf({ type }: Property, options: readonly string[], isLong: boolean): FieldInput["type"] {
  if (options.length > 0) return "choice";
  if (type === "integer" || type === "number") return "number";
  if (type === "object") return "pairs";
  return isLong ? "lines" : "text";
}
