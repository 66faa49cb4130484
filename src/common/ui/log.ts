import * as vscode from "vscode";
import type { RequestLogEntry } from "../../domain/adminApi.ts";
import { redact } from "../messages/redact.ts";

/**
 * The log. It has no way in for a text of one's own: what was exchanged, and where a defect of ours is.
 * Whatever a server put into these still passes the redactor.
 */
export class Log implements vscode.Disposable {
	readonly #channel: vscode.LogOutputChannel;

	/** @param name What people find it by. */
	constructor(name: string) {
		this.#channel = vscode.window.createOutputChannel(name, { log: true });
	}

	/** One exchange with the service: method, route, status, milliseconds, request id, and what it said of an error. */
	exchange({ method, route, status, milliseconds, requestId, message }: RequestLogEntry): void {
		const parts = [method, route, status ?? "no answer", `${milliseconds} ms`, requestId ?? ""];
		if (message !== null) parts.push(`“${message}”`);
		this.#channel.info(redact(parts.join(" ").trimEnd()));
	}

	/** A defect of ours. Its message could hold anything, so only its kind and its place are told. */
	defect(thrown: unknown): void {
		this.#channel.error(
			redact(`Unexpected ${thrown instanceof Error ? thrown.name : typeof thrown} ${placeOf(thrown)}`),
		);
	}

	show(): void {
		this.#channel.show();
	}

	dispose(): void {
		this.#channel.dispose();
	}
}

/** The first line of a stack that names one of our bundles: file, line and column. */
function placeOf(thrown: unknown): string {
	const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
	return /\b(?:extension|backend)\.js:\d+:\d+/.exec(stack)?.[0] ?? "";
}
