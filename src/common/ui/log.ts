import * as vscode from "vscode";
import type { RequestLogEntry } from "../../domain/adminApi.ts";
import { redact } from "../text/redact.ts";

/**
 * The log. Accepts only requests and unexpected errors, never free text. Each line passes the redactor, since a server
 * may have written parts of the line.
 */
export class Log implements vscode.Disposable {
	readonly #channel: vscode.LogOutputChannel;

	/** @param name The output channel's name. */
	constructor(name: string) {
		this.#channel = vscode.window.createOutputChannel(name, { log: true });
	}

	/** Logs a request: method, route, status, milliseconds, request id, and the service's error message. */
	logRequest({ method, route, status, milliseconds, requestId, message }: RequestLogEntry): void {
		const parts = [method, route, status ?? "no answer", `${milliseconds} ms`, requestId ?? ""];
		if (message !== null) parts.push(`“${message}”`);
		this.#channel.info(redact(parts.join(" ").trimEnd()));
	}

	/** Logs an unexpected error's type and code location. Never its message, which could contain anything. */
	logUnexpectedError(thrown: unknown): void {
		this.#channel.error(
			redact(`Unexpected ${thrown instanceof Error ? thrown.name : typeof thrown} ${codeLocation(thrown)}`),
		);
	}

	show(): void {
		this.#channel.show();
	}

	dispose(): void {
		this.#channel.dispose();
	}
}

/** Returns the first location in one of our bundles from an error's stack: file, line and column. */
function codeLocation(thrown: unknown): string {
	const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
	return /\b(?:extension|backend)\.js:\d+:\d+/.exec(stack)?.[0] ?? "";
}
