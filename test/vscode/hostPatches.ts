// Extensions for tests that change the extension host for all extensions in it, before any other one is activated.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createVSIX } from "@vscode/vsce";

/** Shifts the clock. */
const CLOCK = `
	const { Date } = globalThis;
	const now = () => Date.now() + Number(process.env.CLOCK_AHEAD ?? 0);
	globalThis.Date = new Proxy(Date, {
		construct: (target, args, as) => Reflect.construct(target, args.length > 0 ? args : [now()], as),
		get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
	});
	exports.activate = () => {};
`;

/** Makes each read of secret storage fail as long as a file exists. */
const KEYRING = `
	const { existsSync } = require("node:fs");
	exports.activate = ({ secrets }) => {
		const storage = Object.getPrototypeOf(secrets);
		const { get } = storage;
		storage.get = function (...args) {
			if (existsSync(process.env.KEYRING_LOCK)) return Promise.reject(new Error("The keyring is locked."));
			return Reflect.apply(get, this, args);
		};
	};
`;

/** Returns the environment of an extension host whose clock is ahead. @param milliseconds Negative for behind. */
export function clockOffsetEnv(milliseconds: number): Readonly<Record<string, string>> {
	return { CLOCK_AHEAD: String(milliseconds) };
}

/** Returns the environment of an extension host whose secret storage fails as long as a file exists. */
export function keyringLockEnv(file: string): Readonly<Record<string, string>> {
	return { KEYRING_LOCK: file };
}

/** Packages an extension that shifts the host's clock, as `clockOffsetEnv` says. @returns the package's path. */
export function packageClockExtension(folder: string): Promise<string> {
	return packageHostPatch(folder, "clock", CLOCK);
}

/** Packages an extension that locks the secret storage, as `keyringLockEnv` says. @returns the package's path. */
export function packageKeyringExtension(folder: string): Promise<string> {
	return packageHostPatch(folder, "keyring", KEYRING);
}

async function packageHostPatch(folder: string, name: string, code: string): Promise<string> {
	const cwd = join(folder, name);
	mkdirSync(cwd);
	const manifest = {
		...{ name, displayName: name, version: "0.0.1", publisher: "test", license: "MIT" },
		...{ engines: { vscode: "^1.103.0" }, main: "./extension.js", activationEvents: ["*"], files: ["extension.js"] },
	};
	writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
	writeFileSync(join(cwd, "extension.js"), code);
	const packagePath = join(folder, `${name}.vsix`);
	const allowed = { allowMissingRepository: true, allowStarActivation: true };
	await createVSIX({ cwd, packagePath, dependencies: false, skipLicense: true, ...allowed });
	return packagePath;
}
