import type { Locator } from "playwright-core";
import type { Window } from "../../vscode/window.ts";
import { EXTENSION_NAME } from "./session.ts";

/** Opens VS Code's list of the active extensions. @returns an extension's entry, if any, once the list is filled. */
export async function showRunningExtensions(window: Window, name: string = EXTENSION_NAME): Promise<Locator> {
	await window.run("Developer: Show Running Extensions");
	const entries = window.page.locator(".runtime-extensions-editor .extension");
	// Some of VS Code's own extensions are always active.
	await entries.first().waitFor();
	return entries.filter({ hasText: name });
}
