import * as vscode from "vscode";
import { type BaseUrl, DEFAULT_BASE_URL, parseBaseUrl } from "../domain/baseUrl.ts";
import { SETTINGS } from "./names.ts";

const DEFAULT_REMINDER_DAYS = 30;

/** Where the service answers. @throws Failure `base-url` where the setting breaks a rule. */
export function baseUrl(): BaseUrl {
	const url = ownValue(SETTINGS.baseUrl);
	return parseBaseUrl(typeof url === "string" && url !== "" ? url : DEFAULT_BASE_URL);
}

/** Days before its expiry from which on a certificate counts as expiring. */
export function reminderDays(): number {
	const days = ownValue(SETTINGS.reminderDays);
	return typeof days === "number" && days >= 0 ? days : DEFAULT_REMINDER_DAYS;
}

/**
 * The value in the person's own settings. A workspace could lead the key elsewhere, so what it says does not count,
 * whatever the editor makes of the setting's scope.
 */
function ownValue(setting: string): unknown {
	return vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
}
