import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [
    vue({
      // Vue sets properties of what it knows to be a custom element.
      template: { compilerOptions: { isCustomElement: (tag) => tag === "workflowai-feedback" } },
    }),
  ],
});
