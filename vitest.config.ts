import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

/** One file = one process: a test file may hold a Node-RED runtime, of which there can be only one per process. */
export default defineConfig({
  plugins: [vue()],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/services/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
