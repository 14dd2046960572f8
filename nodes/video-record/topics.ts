import type { NodeTopics } from "../../domain/flows/node-topics.ts";

export const topics: NodeTopics = { takes: "any", gives: [["recording"]] };
