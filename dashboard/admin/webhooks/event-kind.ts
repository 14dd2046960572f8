/** One kind of event that the platform can tell others of, as the API lists it. */
export type EventKindItem = {
  readonly name: string;
  readonly label: { readonly "zh-CN": string; readonly en: string };
};
