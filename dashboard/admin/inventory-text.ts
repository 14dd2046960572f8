import { createTexts } from "../composables/use-text.ts";
import { inventoryEn } from "../locales/inventory-en.ts";
import { inventoryZhCN } from "../locales/inventory-zh-CN.ts";

/** The words of the inventory, the audit trail and the page about the platform. */
export const it = createTexts({ en: inventoryEn, "zh-CN": inventoryZhCN });
