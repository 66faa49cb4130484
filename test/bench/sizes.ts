import { statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../vscode/install.mjs";
import { VSIX_PATH } from "../vsix.ts";
import { atMost, type Benchmark } from "./measure.ts";
import { packageOnce } from "./packaged.ts";

/** Name, path and maximum size in kB. */
const LIMITS = [
	["extension.js", join(root, "dist/extension.js"), 20],
	["backend.js", join(root, "dist/backend.js"), 700],
	["the package", VSIX_PATH, 400],
] as const;

export const sizes: Benchmark = {
	name: "size",
	run: async () => {
		await packageOnce();
		return LIMITS.map(([name, path, limit]) => {
			const ours = [statSync(path).size / 1000];
			return { title: `size of ${name}`, unit: "kB", ours, beside: [], goal: atMost(limit, ours) };
		});
	},
};
