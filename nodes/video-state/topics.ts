import type { NodeTopics } from "../../domain/flows/node-topics.ts";

export const topics: NodeTopics = {
  takes: ["snapshots", "round-report", "stream-state"],
  gives: [["snapshots", "round-report"], ["stream-state"]],
};
