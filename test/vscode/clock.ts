import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";

/** Moves the clock of the host in which it runs, before anything else is activated there. */
const CODE = `
	const { Date } = globalThis;
	const now = () => Date.now() + Number(process.env.CLOCK_AHEAD ?? 0);
	globalThis.Date = new Proxy(Date, {
		construct: (target, args, as) => Reflect.construct(target, args.length > 0 ? args : [now()], as),
		get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
	});
	exports.activate = () => {};
`;

/** The variable of an extension host that says by how much its clock is ahead. @param milliseconds Negative for behind. */
export function clockAhead(milliseconds: number): Readonly<Record<string, string>> {
	return { CLOCK_AHEAD: String(milliseconds) };
}

/** Makes an extension that moves the clock of all extensions: nothing else reaches into their process. @returns its package. */
export async function packageClock(folder: string): Promise<string> {
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
