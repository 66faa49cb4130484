import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { Operation } from "./routes.ts";

/** A request and its response. Recorded when the request's head arrives, and completed along the way. */
export interface Exchange {
	readonly method: string;
	readonly path: string;
	/** As received, without the question mark. */
	readonly query: string;
	/** `null` if the request matches no operation. */
	operation: Operation | null;
	/** With a masked `authorization`. */
	readonly requestHeaders: IncomingHttpHeaders;
	/** The received part of the body, as text. */
	requestBody: string;
	/** `null` before the response, or without a response. */
	status: number | null;
	responseHeaders: OutgoingHttpHeaders;
	/** The complete body, even if a fault cuts the transfer; without the echo of a foreign key. */
	responseBody: string;
	/** When the head arrived, in milliseconds since 1970 by the emulator's clock. */
	readonly at: number;
}
