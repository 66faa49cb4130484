import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Operation } from "./routes.ts";

/** One request and what was answered. It is recorded when its head has arrived and filled in as it goes on. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	/** As it came, without the question mark. */
	readonly query: string;
	/** `null` where the request names no operation. */
	operation: Operation | null;
	/** The authorization is masked. */
	readonly requestHeaders: IncomingHttpHeaders;
	/** What arrived of the body, as text. */
	requestBody: string;
	/** `null` while, or where, no answer is given. */
	status: number | null;
	responseHeaders: OutgoingHttpHeaders;
	/** The answer that was meant, whatever a fault made of it; without the echo of a key that is not the emulator's. */
	responseBody: string;
	/** Milliseconds since 1970, by the emulator's clock, when the head arrived. */
	readonly at: number;
}
