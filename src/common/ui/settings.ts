import * as vscode from "vscode";
import { type BaseUrl, DEFAULT_BASE_URL, parseBaseUrl, parseMtlsUrl } from "../../domain/baseUrl.ts";
import { DEFAULT_REMINDER_DAYS } from "../../domain/certificate.ts";
import type { NetworkSettings } from "../../domain/networkSettings.ts";
import { type MtlsEndpoint, mtlsEndpointOf } from "../../domain/openaiHosts.ts";
import { ProblemError } from "../../domain/problem.ts";
import { SETTINGS } from "../manifestIds.ts";

/** Returns the service's URL. @throws ProblemError `base-url` if the setting breaks a rule */
export function readBaseUrl(): BaseUrl {
	return parseBaseUrl(userText(SETTINGS.baseUrl) || DEFAULT_BASE_URL);
}

/** Returns the URL for client certificates. @throws ProblemError `no-mtls-host`, and as `readMtlsEndpoint` */
export function readMtlsUrl(): BaseUrl {
	const endpoint = readMtlsEndpoint();
	if (endpoint.kind === "known") return endpoint.url;
	throw new ProblemError({ reason: "no-mtls-host", host: endpoint.host });
}

/**
 * Returns where clients present their certificates: at the URL of the setting, else in the base URL's region.
 * @throws ProblemError `base-url` if a setting breaks a rule
 */
export function readMtlsEndpoint(): MtlsEndpoint {
	const text = userText(SETTINGS.mtlsUrl);
	return text === "" ? mtlsEndpointOf(readBaseUrl()) : { kind: "known", url: parseMtlsUrl(text) };
}

/** Returns how many days before its expiry a certificate counts as expiring. */
export function readReminderDays(): number {
	const days = userValue(SETTINGS.reminderDays);
	return typeof days === "number" && days >= 0 ? days : DEFAULT_REMINDER_DAYS;
}

/** Returns the client certificate's path; empty if none is set. */
export function readClientCertificatePath(): string {
	return userText(SETTINGS.clientCertificate);
}

/** Returns the path of the client certificate's key; empty if the certificate's file contains the key. */
export function readClientKeyPath(): string {
	return userText(SETTINGS.clientKey);
}

/**
 * Returns the editor's current proxy and TLS settings, including policies. The editor never reads these settings from a
 * workspace.
 */
export function readNetworkSettings(): NetworkSettings {
	const http = vscode.workspace.getConfiguration("http");
	return {
		proxySupport: http.get("proxySupport") !== "off",
		proxy: textOrEmpty(http.get("proxy")),
		proxyAuthorization: textOrEmpty(http.get("proxyAuthorization")),
		proxyStrictSSL: http.get("proxyStrictSSL") !== false,
		noProxy: [http.get<unknown>("noProxy")].flat().filter((host) => typeof host === "string"),
		systemCertificates: http.get("systemCertificates") !== false,
		environment: process.env,
	};
}

/**
 * Returns the value from the person's user settings. A workspace could send the key to another host, so its value must
 * never count, even if the editor ignores the setting's scope.
 */
function userValue(setting: string): unknown {
	return vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
}

function userText(setting: string): string {
	return textOrEmpty(userValue(setting));
}

function textOrEmpty(value: unknown): string {
	return typeof value === "string" ? value.trim() : "";
}
