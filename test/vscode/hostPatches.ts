// Extensions for tests that change the extension host for all extensions in it, before any other one is activated.
import { packageTestExtension } from "./testExtension.ts";

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
export function packageClockExtension(): Promise<string> {
	return packageHostPatch("clock", CLOCK);
}

/** Packages an extension that locks the secret storage, as `keyringLockEnv` says. @returns the package's path. */
export function packageKeyringExtension(): Promise<string> {
	return packageHostPatch("keyring", KEYRING);
}

async function packageHostPatch(name: string, code: string): Promise<string> {
	const manifest = { main: "./extension.js", activationEvents: ["*"] };
	return (await packageTestExtension(name, { "extension.js": code }, manifest)).vsix;
}
