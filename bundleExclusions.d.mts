import type { Plugin } from "esbuild";

export const bundleExclusions: Plugin;
