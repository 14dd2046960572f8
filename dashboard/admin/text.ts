import { createTexts } from "../composables/use-text.ts";
import { adminEn } from "../locales/admin-en.ts";
import { adminZhCN } from "../locales/admin-zh-CN.ts";

/** The words of the administration page. */
export const at = createTexts({ en: adminEn, "zh-CN": adminZhCN });
