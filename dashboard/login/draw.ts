import { describeFault, judgePassword } from "../../domain/access/password-policy.ts";
import { addressOf } from "../client/address.ts";
import type { SignInMethods } from "./methods.ts";
import { element, input, listItems, say, show, shownFields } from "./page-elements.ts";
import { type Failure, problemText, type Reason } from "./sign-in.ts";
import { LOGIN_TEXTS, type LoginKey, type LoginLocale, type LoginText } from "./texts.ts";

/**
 * `password` → `code`, where there is a second factor → what has to be seen to first: `change` of a password that somebody
 * else gave, `setup` of a second factor (after `current`, when the password is not known any more) and its `codes`.
 */
export type Step = "password" | "code" | "current" | "change" | "setup" | "codes";

export type LoginState = {
  locale: LoginLocale;
  methods: SignInMethods;
  step: Step;
  /** The code is one of those for a lost authenticator. */
  isRecovery: boolean;
  failure: Failure | LoginKey | null;
  isBusy: boolean;
  /** Seconds until the server wants another try. */
  waitS: number;
  /** What was typed in the steps before; null where the page was entered in the middle. */
  knownPassword: string | null;
  readonly reason: Reason | null;
  /** The `next` of the address. */
  readonly next: string | null;
};

/** Until the server has said otherwise. */
const USUAL_MIN_LENGTH = 12;
/** Nothing that was typed is wrong. */
const NO_FIELDS_FAULT = /^(oidc-|throttled|unreachable|failed|ended)/;

export function draw(state: LoginState): void {
  const { locale, step, isBusy, waitS } = state;
  const text = LOGIN_TEXTS[locale];
  document.documentElement.lang = locale;
  document.title = text.title;
  drawSteps(state);
  drawLabels(text, state.isRecovery);
  drawProblem(state, text);
  drawMethods(state);
  drawRules(state);
  const submit = element("submit", HTMLButtonElement);
  submit.textContent = isBusy ? text.busy : text[`submit.${step}`];
  submit.disabled = isBusy || waitS > 0 || (step === "codes" && !element("kept", HTMLInputElement).checked);
  const language = element("language", HTMLButtonElement);
  language.lang = locale === "en" ? "zh-CN" : "en";
  language.setAttribute("aria-label", text.otherLabel);
}

/** The step that somebody arrives at who was sent here, and what it says of that. */
export const ARRIVALS = {
  ended: { step: "password", key: "ended" },
  password: { step: "change", key: "reason.password" },
  totp: { step: "current", key: "reason.totp" },
} as const satisfies Record<Reason, { step: Step; key: LoginKey }>;

function drawSteps({ step, isRecovery, knownPassword, locale, reason, failure }: LoginState): void {
  const text = LOGIN_TEXTS[locale];
  for (const name of ["password", "code", "change", "setup", "codes"] as const) show(`step-${name}`, step === name);
  show("step-current", step === "current" || (step === "change" && knownPassword === null));
  say("intro", step === "code" && isRecovery ? text["intro.recovery"] : text[`intro.${step}`]);
  const why = reason === null || failure !== null ? null : ARRIVALS[reason];
  const isTold = why !== null && why.step === step;
  say("reason", isTold ? text[why.key] : "");
  show("reason", isTold);
  show("other", step !== "password" && step !== "codes");
  if (step === "code") say("other", isRecovery ? text.useCode : text.useRecovery);
  else say("other", text.leave);
  input("code").inputMode = isRecovery ? "text" : "numeric";
}

function drawLabels(text: LoginText, isRecovery: boolean): void {
  for (const name of ["username", "password", "current", "next", "again"] as const) say(`${name}-label`, text[name]);
  say("code-label", isRecovery ? text.recovery : text.code);
  say("first-code-label", text.code);
  say("by-hand-label", text.byHand);
  say("kept-label", text.kept);
  say("print", text.print);
  say("language", text.other);
  element("qr-title", SVGElement).textContent = text.qr;
}

function drawProblem({ failure, locale, waitS }: LoginState, text: LoginText): void {
  if (failure === null) say("problem", "");
  else say("problem", typeof failure === "string" ? text[failure] : problemText(failure, text, locale, waitS));
  const kind = failure === null || typeof failure === "string" ? failure : failure.kind;
  const isWrong = kind !== null && !NO_FIELDS_FAULT.test(kind);
  for (const field of shownFields()) field.setAttribute("aria-invalid", String(isWrong));
}

function drawMethods({ methods: { oidc, notice }, step, locale, next }: LoginState): void {
  const link = element("oidc", HTMLAnchorElement);
  if (oidc) link.textContent = oidc.label;
  link.href = addressOf("GET", "/api/v1/auth/oidc/start", { query: next === null ? {} : { next } });
  show("oidc", oidc !== null && step === "password");
  say("notice", notice?.[locale] ?? "");
  show("notice", notice !== null && step === "password");
}

/** What a new password must be, and what is still wrong with the one that is being typed. */
export function drawRules({ locale, methods }: LoginState): void {
  const text = LOGIN_TEXTS[locale];
  const typed = input("next").value;
  const minLength = methods.passwordMinLength ?? USUAL_MIN_LENGTH;
  const faults = judgePassword(typed, { minLength }, input("username").value.trim(), () => false);
  if (typed === "") {
    say("rules", text.rules.replace("{n}", String(minLength)));
    return;
  }
  const lines = faults.length === 0 ? [text.good] : faults.map((fault) => `▲ ${describeFault(fault)[locale]}`);
  const list = document.createElement("ul");
  list.append(...listItems(lines));
  element("rules", HTMLElement).replaceChildren(list);
}
