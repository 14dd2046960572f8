import { computed, onScopeDispose, type Ref, readonly, ref, watch } from "vue";
import { risenPriority } from "../live/alarm-rise.ts";
import { readPreference, savePreference } from "./preferences.ts";
import type { AlarmCounting } from "./use-alarm-summary.ts";

/** `blocked`: the browser forbids sound until somebody has clicked on the page. */
type SoundState = "on" | "muted" | "blocked" | "off";

export type AlarmSound = {
  readonly state: Readonly<Ref<SoundState>>;
  /** Seconds of the mute that are left; 0 when it is not muted. */
  readonly mutedForS: Readonly<Ref<number>>;
  mute(minutes: number): void;
  unmute(): void;
  /** Off for good in this browser, or on again. */
  toggle(): void;
};

type Tone = readonly [frequencyHz: number, atS: number];
/** Both rise, so that nobody takes them for the falling tones of a blind screen; critical is higher and asks three times. */
const TUNES = {
  critical: [660, 880, 1175].flatMap((hz, place) => [0, 0.55, 1.1].map((atS): Tone => [hz, atS + place * 0.14])),
  high: [
    [523, 0],
    [698, 0.2],
  ],
} as const satisfies Readonly<Record<string, readonly Tone[]>>;

/** While a critical alarm waits for somebody, it calls again. */
const REPEAT_MS = 30_000;
export const MUTE_MINUTES = 15;

const isOn = ref(readPreference("alarm-sound") !== "off");
const mutedUntilMs = ref(Number(readPreference("alarm-muted-until")) || 0);
const isBlocked = ref(false);
let audio: AudioContext | null = null;

/**
 * Says by ear that a critical or high alarm has come that nobody has acknowledged. The mute is by this machine's clock,
 * and for all pages of this browser.
 *
 * @param seconds changes once a second
 */
export function useAlarmSound({ summary, isOld }: AlarmCounting, seconds: { readonly value: number }): AlarmSound {
  const nowMs = ref(Date.now());
  const mutedForS = computed(() => Math.max(0, Math.ceil((mutedUntilMs.value - nowMs.value) / 1000)));
  const state = computed((): SoundState => {
    if (!isOn.value) return "off";
    if (mutedForS.value > 0) return "muted";
    return isBlocked.value ? "blocked" : "on";
  });
  let callAgainAtMs = Number.POSITIVE_INFINITY;

  function call(priority: keyof typeof TUNES): void {
    callAgainAtMs = Date.now() + REPEAT_MS;
    if (state.value === "on") play(TUNES[priority]);
  }
  watch(summary, (now, before) => {
    const risen = now === null ? null : risenPriority(before ?? null, now);
    if (risen !== null) call(risen);
  });
  watch(seconds, () => {
    nowMs.value = Date.now();
    // Another page of this browser may have muted meanwhile.
    const kept = readPreference("alarm-muted-until");
    if (kept !== null) mutedUntilMs.value = Number(kept) || 0;
    const waiting = isOld.value ? 0 : (summary.value?.counts.critical.unacknowledged ?? 0);
    if (waiting === 0) callAgainAtMs = Number.POSITIVE_INFINITY;
    else if (callAgainAtMs === Number.POSITIVE_INFINITY) callAgainAtMs = nowMs.value + REPEAT_MS;
    else if (nowMs.value >= callAgainAtMs) call("critical");
  });

  watch(isOn, (on) => on && listen(), { immediate: true });
  document.addEventListener("pointerdown", allow);
  document.addEventListener("keydown", allow);
  onScopeDispose(() => {
    document.removeEventListener("pointerdown", allow);
    document.removeEventListener("keydown", allow);
  });

  return {
    state,
    mutedForS: readonly(mutedForS),
    mute: (minutes) => muteUntil(Date.now() + minutes * 60_000),
    unmute: () => muteUntil(0),
    toggle() {
      isOn.value = !isOn.value;
      savePreference("alarm-sound", isOn.value ? "on" : "off");
      if (isOn.value) play(TUNES.high);
    },
  };
}

function muteUntil(untilMs: number): void {
  mutedUntilMs.value = untilMs;
  savePreference("alarm-muted-until", String(untilMs));
}

/** Finds out whether the browser lets us be heard. */
function listen(): void {
  if (!("AudioContext" in window) || audio) return;
  audio = new AudioContext();
  audio.onstatechange = judge;
  judge();
}

function judge(): void {
  isBlocked.value = audio?.state === "suspended";
}

/** The first touch of the page gives leave. */
function allow(): void {
  if (audio?.state === "suspended") void audio.resume();
}

function play(tones: readonly Tone[]): void {
  listen();
  if (audio?.state !== "running") return;
  for (const [frequencyHz, atS] of tones) tone(audio, frequencyHz, audio.currentTime + atS);
}

function tone(context: AudioContext, frequencyHz: number, startS: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequencyHz;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(0.25, startS + 0.02);
  gain.gain.linearRampToValueAtTime(0, startS + 0.13);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(startS);
  oscillator.stop(startS + 0.15);
}
