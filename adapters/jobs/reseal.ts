import { AppError } from "../../domain/errors.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

export function createResealJob({ resealSecrets }: Pick<JobParts, "resealSecrets">): Job {
  return {
    name: "reseal",
    title: { "zh-CN": "密钥轮换", en: "Rotation of keys" },
    description: {
      "zh-CN": "更换 SECRET_KEY 后，用新密钥重新加密数据库中的机密；平台照常运行。",
      en: "After a change of SECRET_KEY, seals the secrets in the database with the new key; the platform goes on meanwhile.",
    },
    schedule: { every: "day", hour: 4, minute: 37 },
    runsAtStart: true,
    longestS: 3_600,
    retries: { limit: 3, delayS: 60 },
    note: () =>
      resealSecrets === null
        ? {
            "zh-CN": "没有旧密钥（SECRET_KEY_PREVIOUS）：无需轮换。",
            en: "There is no former key (SECRET_KEY_PREVIOUS): nothing to rotate.",
          }
        : null,
    async run({ signal }) {
      if (resealSecrets === null) throw new AppError("job.not-here", "there is no former key");
      return resealSecrets(signal);
    },
  };
}
