import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";

/** Shifts the clock of its extension host, before any other extension is activated. */
const CODE = `
	const { Date } = globalThis;
	const now = () => Date.now() + Number(process.env.CLOCK_AHEAD ?? 0);
	globalThis.Date = new Proxy(Date, {
		construct: (target, args, as) => Reflect.construct(target, args.length > 0 ? args : [now()], as),
		get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
	});
	exports.activate = () => {};
`;

/** Returns the environment of an extension host whose clock is ahead. @param milliseconds Negative for behind. */
export function clockOffsetEnv(milliseconds: number): Readonly<Record<string, string>> {
	return { CLOCK_AHEAD: String(milliseconds) };
}

/** Packages an extension that shifts the clock of its process, for all extensions. @returns the package's path. */
export async function packageClockExtension(folder: string): Promise<string> {
	const cwd = join(folder, "clock");
	mkdirSync(cwd);
	const manifest = {
		...{ name: "clock", displayName: "Clock", version: "0.0.1", publisher: "test", license: "MIT" },
		...{ engines: { vscode: "^1.103.0" }, main: "./extension.js", activationEvents: ["*"], files: ["extension.js"] },
	};
	writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
	writeFileSync(join(cwd, "extension.js"), CODE);
	const packagePath = join(folder, "clock.vsix");
	const allowed = { allowMissingRepository: true, allowStarActivation: true };
	await createVSIX({ cwd, packagePath, dependencies: false, skipLicense: true, ...allowed });
	return packagePath;
}
