// The texts of package.nls.json, by their keys.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../vscode/install.mjs";

const texts: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8"));

/** Returns a text of the manifest. @param key Such as `command.upload`. @throws Error for an unknown key */
export function manifestText(key: string): string {
	const text = texts[key];
	if (text === undefined) throw new Error(`package.nls.json has no ${key}`);
	return text;
}
