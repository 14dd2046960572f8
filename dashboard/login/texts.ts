/** The login page's words. It stands alone: nothing of the application loads before somebody has signed in. */
export const LOGIN_TEXTS = {
  en: {
    title: "Sign in · AntBox Flow",
    intro: "Supervision of container cooling. Sign in to go on.",
    username: "User name",
    password: "Password",
    submit: "Sign in",
    busy: "Signing in…",
    other: "中文",
    otherLabel: "中文 (switch to Chinese)",
    empty: "Enter user name and password.",
    bad: "User name or password is wrong.",
    throttled: "Too many attempts. Try again in {s} s.",
    unreachable: "The server does not answer. Try again in a moment.",
    failed: "Signing in failed (HTTP {status}). Try again; the server's log has the reason.",
  },
  "zh-CN": {
    title: "登录 · AntBox Flow",
    intro: "集装箱冷却监控，请登录。",
    username: "用户名",
    password: "密码",
    submit: "登录",
    busy: "正在登录…",
    other: "English",
    otherLabel: "English（切换为英文）",
    empty: "请输入用户名和密码。",
    bad: "用户名或密码错误。",
    throttled: "尝试次数过多，请 {s} 秒后再试。",
    unreachable: "服务器无应答，请稍后再试。",
    failed: "登录失败（HTTP {status}），请重试；原因见服务器日志。",
  },
} as const;

export type LoginLocale = keyof typeof LOGIN_TEXTS;
export type LoginText = (typeof LOGIN_TEXTS)[LoginLocale];
