import { z } from "zod";
import { type CameraChoice, parseCameraChoice } from "../../domain/video/camera-choice.ts";
import { STREAM_STATES, type StreamState } from "../../domain/video/stream-state.ts";
import { numbersFrom, refuseUnsetVariables } from "../_shared/editor-values.ts";

/** The form as the editor saves it. */
export type VideoStateConfig = { places?: unknown; states?: unknown; freshS?: unknown; holdS?: unknown };

export type VideoStateSettings = {
  readonly places: CameraChoice;
  /** Changes to one of these states are passed on; all of them when empty. */
  readonly states: ReadonlySet<StreamState>;
  /** A look at a camera that is older says nothing about now, seconds. */
  readonly freshS: number;
  /** A change is passed on when it has lasted so long, seconds. */
  readonly holdS: number;
};

const Numbers = z.strictObject({ freshS: z.int().min(10).max(86_400), holdS: z.int().min(0).max(86_400) });
const NUMBERS = ["freshS", "holdS"] as const;

/** @throws {Error} naming the field, the value and what is allowed */
export function readSettings(config: VideoStateConfig): VideoStateSettings {
  refuseUnsetVariables(config);
  const numbers = Numbers.safeParse(numbersFrom(config, NUMBERS));
  if (!numbers.success) {
    const [issue] = numbers.error.issues;
    const field = String(issue?.path[0] ?? "") as (typeof NUMBERS)[number];
    throw new Error(`${field}: ${issue?.message ?? "is wrong"}, is ${JSON.stringify(config[field])}`);
  }
  const words = textOf(config.states)
    .split(/[\s,，;；]+/)
    .filter((word) => word !== "");
  const states = words.map((word) => {
    const known = STREAM_STATES.find((state) => state === word);
    if (known === undefined)
      throw new Error(`states: ${JSON.stringify(word)} is none, ${STREAM_STATES.join(", ")} are right`);
    return known;
  });
  return { places: parseCameraChoice(textOf(config.places)), states: new Set(states), ...numbers.data };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
