import type { NodeTopics } from "../../domain/flows/node-topics.ts";

export const topics: NodeTopics = {
  takes: ["snapshot", "round-report", "rejected"],
  gives: [["snapshot"], ["round-report"]],
};
