import { readPreference, savePreference } from "../composables/preferences.ts";
import { preferredLocale } from "../composables/preferred-locale.ts";
import { nextPage } from "../live/next-page.ts";
import { problemText, type SignInResult, signIn } from "./sign-in.ts";
import { LOGIN_TEXTS, type LoginLocale } from "./texts.ts";

const form = element("form", HTMLFormElement);
const username = element("username", HTMLInputElement);
const password = element("password", HTMLInputElement);
const submit = element("submit", HTMLButtonElement);
const language = element("language", HTMLButtonElement);
const problem = element("problem", HTMLElement);

let locale: LoginLocale = preferredLocale(readPreference("locale"), navigator.languages);
let result: SignInResult = { kind: "ok" };
let isEmpty = false;
let isBusy = false;
let waitS = 0;

applyTheme();
draw();
username.focus();

language.addEventListener("click", () => {
  locale = locale === "en" ? "zh-CN" : "en";
  savePreference("locale", locale);
  draw();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isBusy && waitS === 0) void attempt();
});

async function attempt(): Promise<void> {
  isEmpty = username.value === "" || password.value === "";
  result = { kind: "ok" };
  if (isEmpty) {
    draw();
    (username.value === "" ? username : password).focus();
    return;
  }
  isBusy = true;
  draw();
  result = await signIn(username.value, password.value);
  if (result.kind === "ok") {
    location.replace(nextPage(new URLSearchParams(location.search).get("next"), location.origin));
    return;
  }
  isBusy = false;
  if (result.kind === "throttled") countDown(result.retryAfterS);
  draw();
  password.select();
}

function countDown(seconds: number): void {
  waitS = seconds;
  const timer = setInterval(() => {
    waitS -= 1;
    if (waitS <= 0) clearInterval(timer);
    draw();
  }, 1000);
}

function draw(): void {
  const text = LOGIN_TEXTS[locale];
  document.documentElement.lang = locale;
  document.title = text.title;
  element("intro", HTMLElement).textContent = text.intro;
  element("username-label", HTMLElement).textContent = text.username;
  element("password-label", HTMLElement).textContent = text.password;
  submit.textContent = isBusy ? text.busy : text.submit;
  submit.disabled = isBusy || waitS > 0;
  language.textContent = text.other;
  language.setAttribute("aria-label", text.otherLabel);
  language.lang = locale === "en" ? "zh-CN" : "en";
  const said = isEmpty ? text.empty : problemText(result, text, waitS);
  if (problem.textContent !== said) problem.textContent = said;
  for (const field of [username, password])
    field.setAttribute("aria-invalid", String(result.kind === "bad" || isEmpty));
}

function applyTheme(): void {
  const saved = readPreference("theme");
  const isDark = saved === null ? matchMedia("(prefers-color-scheme: dark)").matches : saved === "dark";
  document.documentElement.dataset["abxTheme"] = isDark ? "dark" : "light";
}

function element<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the login page has no ${id}`);
  return found;
}
