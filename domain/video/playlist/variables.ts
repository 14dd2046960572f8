import { VideoError } from "../video-cause.ts";
import { byteCap, MAX_LINES } from "./playlist-text.ts";

/** `isSecret`: it comes from the query that the camera is asked with, and must not be shown to viewers. */
export type Variable = { readonly text: string; readonly isSecret: boolean };

/** The attributes of a definition, with variables filled in. */
export interface Definition {
  find(attribute: string): Variable | undefined;
}

/** Bounded, so that a search costs the same wherever it begins. */
const REFERENCE = /\{\$([A-Za-z0-9_-]{1,64})\}/g;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_VARIABLES = 100;
/** [J] One for each line that a playlist may have. */
const MAX_REFERENCES = MAX_LINES;

/** The variables of one playlist (`EXT-X-DEFINE`). Players get texts with their values in place, and no definitions. */
export class Variables {
  readonly #known = new Map<string, Variable>();
  readonly #imported: ReadonlyMap<string, Variable> | undefined;
  readonly #query: string;
  #restLength: number;
  #restReferences = MAX_REFERENCES;

  /**
   * @param imported those of the playlist that named this one
   * @param upstreamUrl whose query `QUERYPARAM` reads
   * @param maxBytes as of the playlist: all that substitutions put in may take so much
   */
  constructor(imported: ReadonlyMap<string, Variable> | undefined, upstreamUrl: string, maxBytes?: number) {
    this.#imported = imported;
    this.#query = new URL(upstreamUrl).search.slice(1);
    this.#restLength = byteCap(maxBytes);
  }

  get known(): ReadonlyMap<string, Variable> {
    return this.#known;
  }

  /**
   * Fills in values, once: what they hold is not looked at again.
   *
   * @returns null where there is nothing to fill in
   * @throws {VideoError} `playlist_invalid` for an unknown variable, `playlist_too_large` when texts grow out of bounds
   */
  substitute(text: string): Variable | null {
    if (!text.includes("{$")) return null;
    let isSecret = false;
    let isFound = false;
    const filled = text.replace(REFERENCE, (_, name: string) => {
      const value = this.#known.get(name);
      if (!value) throw new VideoError("playlist_invalid", "a variable is used that is not defined");
      this.#restLength -= value.text.length;
      this.#restReferences -= 1;
      if (this.#restLength < 0 || this.#restReferences < 0)
        throw new VideoError("playlist_too_large", "variables make the playlist too large");
      isFound = true;
      isSecret ||= value.isSecret;
      return value.text;
    });
    if (!isFound) return null;
    return { text: filled, isSecret };
  }

  /** @throws {VideoError} `playlist_invalid` for a definition that is none, given twice, or of something unknown */
  define(definition: Definition): void {
    const [name, ...others] = (["NAME", "IMPORT", "QUERYPARAM"] as const).flatMap(
      (by) => definition.find(by)?.text ?? [],
    );
    const variable = name === undefined ? undefined : this.#valueOf(name, definition);
    if (name === undefined || !variable || others.length > 0 || !NAME.test(name)) {
      throw new VideoError("playlist_invalid", "a variable has no name, two, or no value");
    }
    if (this.#known.has(name) || this.#known.size === MAX_VARIABLES) {
      throw new VideoError("playlist_invalid", "a variable is defined twice, or there are too many");
    }
    this.#known.set(name, variable);
  }

  #valueOf(name: string, definition: Definition): Variable | undefined {
    if (definition.find("IMPORT")) return this.#imported?.get(name);
    if (definition.find("QUERYPARAM")) return this.#parameter(name);
    return definition.find("VALUE");
  }

  #parameter(name: string): Variable | undefined {
    for (const pair of this.#query.split("&")) {
      const equals = pair.indexOf("=");
      if (equals > 0 && pair.slice(0, equals) === name) return { text: decode(pair.slice(equals + 1)), isSecret: true };
    }
    return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new VideoError("playlist_invalid", "a value of the query is not UTF-8", { cause });
  }
}
