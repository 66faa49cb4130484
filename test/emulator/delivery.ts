import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { ApiError } from "./apiError.ts";
import type { FaultKind } from "./faults.ts";
import type { Exchange } from "./record.ts";

/** A response before it is sent. */
export interface PreparedResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

export function jsonResponse(
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): PreparedResponse {
	return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** Returns the response as changed by a fault. */
export function applyFault(prepared: PreparedResponse, fault: FaultKind, exchange: Exchange): PreparedResponse {
	switch (fault.kind) {
		case "status": {
			const error = new ApiError(fault.status, fault.message ?? `The emulator was told to answer ${fault.status}.`, {
				code: fault.code ?? null,
				shape: fault.shape ?? "object",
			});
			const retryAfter = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
			const body = fault.body === undefined ? error.body : fault.body;
			return jsonResponse(fault.status, body, { ...retryAfter, ...fault.headers });
		}
		case "html":
			return { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" };
		case "body":
			return { status: 200, headers: { "content-type": "application/json" }, body: fault.text };
		case "redirect":
			return { status: fault.status, headers: { location: fault.location }, body: "" };
		case "headers": {
			const value = "x".repeat(fault.bytes ?? 10);
			const extra = Array.from({ length: fault.count }, (_, index) => [`x-more-${index}`, value] as const);
			return { ...prepared, headers: { ...prepared.headers, ...Object.fromEntries(extra) } };
		}
		case "rewrite":
			return { ...prepared, body: JSON.stringify(fault.rewrite(JSON.parse(prepared.body), exchange)) };
		default:
			return prepared;
	}
}

/** Sends a response as the fault requires. @param reset Resets the connection. */
export async function deliver(
	prepared: PreparedResponse,
	fault: FaultKind,
	response: ServerResponse,
	reset: () => void,
): Promise<void> {
	const bytes = Buffer.from(prepared.body);
	const writeHead = (headers: Record<string, string | number>) =>
		response.writeHead(prepared.status, { ...prepared.headers, ...headers });
	switch (fault.kind) {
		case "reset":
			return reset();
		case "close":
			response.socket?.end();
			return;
		case "cut":
			writeHead({ "content-length": bytes.length }).write(bytes.subarray(0, bytes.length / 2));
			response.socket?.end();
			return;
		case "contentLength":
			writeHead({ "content-length": bytes.length + fault.off, connection: "close" }).end(bytes);
			return;
		case "drip":
			writeHead({ "content-length": bytes.length }).flushHeaders();
			return drip(bytes, fault.everyMilliseconds ?? 1000, response);
		case "gzip":
			writeHead({ "content-encoding": "gzip" }).end(gzipSync(bytes));
			return;
		case "gzipBomb": {
			writeHead({ "content-encoding": "gzip" });
			const content = Readable.from(whiteSpace(fault.bytes ?? 100 * 1024 * 1024, bytes));
			// The client is expected to disconnect.
			return pipeline(content, createGzip(), response).catch(() => {});
		}
		case "endless":
			writeHead({});
			return pipeline(Readable.from(whiteSpace(Number.POSITIVE_INFINITY, bytes)), response).catch(() => {});
		case "long":
			writeHead({ "content-length": fault.bytes + bytes.length });
			return pipeline(Readable.from(whiteSpace(fault.bytes, bytes)), response).catch(() => {});
		default:
			writeHead({ "content-length": bytes.length }).end(bytes);
	}
}

function drip(bytes: Buffer, everyMilliseconds: number, response: ServerResponse): void {
	let sent = 0;
	const timer = setInterval(() => {
		response.write(bytes.subarray(sent, sent + 1));
		sent += 1;
		if (sent < bytes.length) return;
		clearInterval(timer);
		response.end();
	}, everyMilliseconds);
	response.on("close", () => clearInterval(timer));
}

function* whiteSpace(count: number, end: Buffer): Generator<Buffer> {
	const chunk = Buffer.alloc(64 * 1024, " ");
	for (let remaining = count; remaining > 0; remaining -= chunk.length)
		yield chunk.subarray(0, Math.min(remaining, chunk.length));
	yield end;
}
