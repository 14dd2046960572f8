import { pathOf } from "../admin/parts/qr-path.ts";
import { readPreference, savePreference } from "../composables/preferences.ts";
import { preferredLocale } from "../composables/preferred-locale.ts";
import { nextPage } from "../live/next-page.ts";
import { ARRIVALS, draw, drawRules, type LoginState, type Step } from "./draw.ts";
import { readMethods } from "./methods.ts";
import { element, FIELDS, input, listItems, shownFields } from "./page-elements.ts";
import {
  beginTotp,
  changePassword,
  confirmTotp,
  type Duties,
  type Outcome,
  renewSession,
  signIn,
  toldByAddress,
} from "./sign-in.ts";
import type { LoginKey } from "./texts.ts";

const query = new URLSearchParams(location.search);
const { reason, problem } = toldByAddress(query);

const state: LoginState = {
  locale: preferredLocale(readPreference("locale"), navigator.languages),
  methods: { oidc: null, notice: null },
  step: reason === null ? "password" : ARRIVALS[reason].step,
  isRecovery: false,
  failure: problem,
  isBusy: false,
  waitS: 0,
  knownPassword: null,
  reason,
  next: query.get("next"),
};

/** What the button does in each step. */
const WORK: Readonly<Record<Step, () => Promise<void>>> = {
  async password() {
    state.knownPassword = input("password").value;
    await enter(await signIn(input("username").value.trim(), state.knownPassword, null));
  },
  async code() {
    await enter(await signIn(input("username").value.trim(), state.knownPassword ?? "", input("code").value.trim()));
  },
  async change() {
    const next = input("next").value;
    const changed = take(await changePassword(state.knownPassword ?? input("current").value, next));
    if (changed === undefined) return;
    state.knownPassword = next;
    await renewAndGoOn();
  },
  async current() {
    await beginSetup(input("current").value);
  },
  async setup() {
    const confirmed = take(await confirmTotp(input("first-code").value.replace(/\s/g, "")));
    if (!confirmed) return;
    element("codes", HTMLElement).replaceChildren(...listItems(confirmed.recoveryCodes));
    go("codes");
  },
  codes: renewAndGoOn,
};

applyTheme();
draw(state);
shownFields()[0]?.focus();
void readMethods().then((methods) => {
  state.methods = methods;
  draw(state);
});

element("language", HTMLButtonElement).addEventListener("click", () => {
  state.locale = state.locale === "en" ? "zh-CN" : "en";
  savePreference("locale", state.locale);
  draw(state);
});
element("other", HTMLButtonElement).addEventListener("click", () => {
  const isRecovery = state.step === "code" && !state.isRecovery;
  go(state.step === "code" ? "code" : "password");
  state.isRecovery = isRecovery;
  draw(state);
  shownFields()[0]?.focus();
});
element("print", HTMLButtonElement).addEventListener("click", () => window.print());
element("kept", HTMLInputElement).addEventListener("change", () => draw(state));
input("next").addEventListener("input", () => drawRules(state));
element("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  if (!state.isBusy && state.waitS === 0) void attempt();
});

async function attempt(): Promise<void> {
  state.failure = problemBefore();
  if (state.failure === null) {
    state.isBusy = true;
    draw(state);
    await WORK[state.step]();
    state.isBusy = false;
  }
  draw(state);
  const fields = shownFields();
  if (state.failure === null) fields[0]?.focus();
  // Where to type again: what is empty, else the last thing that was typed.
  else (fields.find(({ value }) => value === "") ?? fields.at(-1))?.select();
}

/** What can be seen without the server. */
function problemBefore(): LoginKey | null {
  if (shownFields().some(({ value }) => value === "")) return "empty";
  return state.step === "change" && input("next").value !== input("again").value ? "differs" : null;
}

async function enter(outcome: Outcome<{ readonly user: Duties }>): Promise<void> {
  if (outcome.kind === "code-required") {
    go("code");
    return;
  }
  const granted = take(outcome);
  if (granted) await goOn(granted.user);
}

/** A session that was opened with a duty does not know yet that it was seen to. */
async function renewAndGoOn(): Promise<void> {
  const granted = take(await renewSession());
  if (granted) await goOn(granted.user);
}

async function goOn(duties: Duties): Promise<void> {
  if (duties.mustChangePassword) go("change");
  else if (!duties.mustSetUpTotp) await leave();
  else if (state.knownPassword === null) go("current");
  else await beginSetup(state.knownPassword);
}

async function beginSetup(password: string): Promise<void> {
  const setup = take(await beginTotp(password));
  if (!setup) return;
  const { default: encodeQr } = await import("qr");
  const modules = encodeQr(setup.uri, "raw", { ecc: "medium", border: 4 });
  element("qr", SVGElement).setAttribute("viewBox", `0 0 ${modules.length} ${modules.length}`);
  element("qr-path", SVGElement).setAttribute("d", pathOf(modules));
  element("secret", HTMLElement).textContent = setup.secret.replace(/(.{4})(?=.)/g, "$1 ");
  go("setup");
}

/** The page stays as it is, busy, until the next one is there. */
function leave(): Promise<void> {
  location.replace(nextPage(state.next, location.origin));
  return new Promise(() => undefined);
}

function go(next: Step): void {
  state.step = next;
  state.isRecovery = false;
  state.failure = null;
  for (const name of FIELDS) if (name !== "username") input(name).value = "";
}

/** @returns undefined when it failed; why is told on the page */
function take<T>(outcome: Outcome<T>): T | undefined {
  if (outcome.kind === "ok") return outcome.body;
  if (outcome.kind === "ended") go("password");
  state.failure = outcome;
  if (outcome.kind === "throttled") countDown(outcome.retryAfterS);
  return undefined;
}

function countDown(seconds: number): void {
  state.waitS = seconds;
  const timer = setInterval(() => {
    state.waitS -= 1;
    if (state.waitS <= 0) clearInterval(timer);
    draw(state);
  }, 1000);
}

function applyTheme(): void {
  const saved = readPreference("theme");
  const isDark = saved === null ? matchMedia("(prefers-color-scheme: dark)").matches : saved === "dark";
  document.documentElement.dataset["abxTheme"] = isDark ? "dark" : "light";
}
