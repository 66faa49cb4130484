import { statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../vscode/install.mjs";
import { VSIX } from "../vsix.ts";
import { atMost, type Measure } from "./measure.ts";
import { packaged } from "./packaged.ts";

/** Name, path and maximum size in kB. */
const LIMITS = [
	["extension.js", join(root, "dist/extension.js"), 20],
	["backend.js", join(root, "dist/backend.js"), 550],
	["the package", VSIX, 350],
] as const;

export const sizes: Measure = {
	name: "size",
	run: async () => {
		await packaged();
		return LIMITS.map(([name, path, limit]) => {
			const ours = [statSync(path).size / 1000];
			return { title: `size of ${name}`, unit: "kB", ours, beside: [], goal: atMost(limit, ours) };
		});
	},
};
