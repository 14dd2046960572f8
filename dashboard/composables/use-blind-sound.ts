import { onScopeDispose, type Ref, readonly, ref, watch } from "vue";
import { readPreference, savePreference } from "./preferences.ts";

const REPEAT_MS = 10_000;

const isOn = ref(readPreference("sound") === "on");
let audio: AudioContext | null = null;

/** Two short tones, again and again, while the screen is blind. Off until somebody asks for it. */
export function useBlindSound(isBlind: { readonly value: boolean }): {
  isOn: Readonly<Ref<boolean>>;
  toggleSound: () => void;
} {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = watch(
    [() => isBlind.value, isOn],
    ([blind, on]) => {
      clearInterval(timer);
      if (!blind || !on) return;
      play();
      timer = setInterval(play, REPEAT_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop();
    clearInterval(timer);
  });
  return { isOn: readonly(isOn), toggleSound };
}

/** Switching on plays the tones once: a person knows what to listen for, and the browser allows sound after a click. */
function toggleSound(): void {
  isOn.value = !isOn.value;
  savePreference("sound", isOn.value ? "on" : "off");
  if (isOn.value) play();
}

function play(): void {
  if (!("AudioContext" in window)) return;
  audio ??= new AudioContext();
  const startS = audio.currentTime;
  tone(audio, 880, startS);
  tone(audio, 660, startS + 0.25);
}

function tone(context: AudioContext, frequencyHz: number, startS: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequencyHz;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(0.2, startS + 0.02);
  gain.gain.linearRampToValueAtTime(0, startS + 0.2);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(startS);
  oscillator.stop(startS + 0.22);
}
