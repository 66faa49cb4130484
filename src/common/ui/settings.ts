import * as vscode from "vscode";
import { type BaseUrl, DEFAULT_BASE_URL, parseBaseUrl } from "../../domain/baseUrl.ts";
import { DEFAULT_REMINDER_DAYS } from "../../domain/certificate.ts";
import type { NetworkSettings } from "../../domain/networkSettings.ts";
import { ProblemError } from "../../domain/problem.ts";
import { SETTINGS } from "../manifestIds.ts";

const DEFAULT_MTLS_URL = "https://mtls.api.openai.com";
const DEFAULT_PATH = "/v1";

/** Where the service answers. @throws Failure `base-url` where the setting breaks a rule. */
export function baseUrl(): BaseUrl {
	return parseBaseUrl(ownText(SETTINGS.baseUrl) || DEFAULT_BASE_URL);
}

/** Where client certificates are asked for. @throws Failure `base-url` where the setting breaks a rule. */
export function mtlsUrl(): BaseUrl {
	try {
		const url = parseBaseUrl(ownText(SETTINGS.mtlsUrl) || DEFAULT_MTLS_URL);
		if (url.encrypted) return { ...url, path: url.path || DEFAULT_PATH };
	} catch {
		// It is told below.
	}
	throw new ProblemError({ reason: "base-url", rule: "mtls" });
}

/** Days before its expiry from which on a certificate counts as expiring. */
export function reminderDays(): number {
	const days = ownValue(SETTINGS.reminderDays);
	return typeof days === "number" && days >= 0 ? days : DEFAULT_REMINDER_DAYS;
}

/** The path of the client certificate to present; empty where there is none. */
export function clientCertificate(): string {
	return ownText(SETTINGS.clientCertificate);
}

/** The path of its private key; empty where it lies in the certificate's file. */
export function clientKey(): string {
	return ownText(SETTINGS.clientKey);
}

/**
 * What the editor was told about the way to a server, as of now. These are the editor's own settings, policies included;
 * it takes none of them from a workspace.
 */
export function network(): NetworkSettings {
	const http = vscode.workspace.getConfiguration("http");
	return {
		proxySupport: http.get("proxySupport") !== "off",
		proxy: text(http.get("proxy")),
		proxyAuthorization: text(http.get("proxyAuthorization")),
		proxyStrictSSL: http.get("proxyStrictSSL") !== false,
		noProxy: [http.get<unknown>("noProxy")].flat().filter((host) => typeof host === "string"),
		systemCertificates: http.get("systemCertificates") !== false,
		environment: process.env,
	};
}

/**
 * The value in the person's own settings. A workspace could lead the key elsewhere, so what it says does not count,
 * whatever the editor makes of the setting's scope.
 */
function ownValue(setting: string): unknown {
	return vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
}

function ownText(setting: string): string {
	return text(ownValue(setting));
}

function text(value: unknown): string {
	return typeof value === "string" ? value.trim() : "";
}
