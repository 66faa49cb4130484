// Generates the disruptions of an upload sequence, as printable and shrinkable data.
import * as fc from "fast-check";
import { appendItem, emptyPageWithMore, mapContent, repeatedItem, rewrapPem } from "../emulator/bodies.ts";
import type { Fault, FaultKind } from "../emulator/faults.ts";

/** Names a fault, so that a failing sequence is readable. */
type NamedFault = FaultKind & { readonly name: string };

/** Responses that leave open whether the certificate was stored. */
const LOST_RESPONSES: readonly NamedFault[] = [
	{ name: "reset", kind: "reset" },
	{ name: "close", kind: "close" },
	{ name: "cut", kind: "cut" },
	{ name: "html", kind: "html" },
	{ name: "{}", kind: "body", text: "{}" },
	{ name: "no JSON", kind: "body", text: "{" },
	{ name: "307", kind: "redirect", status: 307, location: "http://127.0.0.1:9/" },
	{ name: "short", kind: "contentLength", off: 5 },
	{ name: "gzip", kind: "gzip" },
	...[408, 409, 500, 502, 503].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
];

/** Rejections: nothing was stored. */
const REFUSALS: readonly NamedFault[] = [
	...[400, 401, 403, 404, 413, 422].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429 for long", kind: "status", status: 429, retryAfter: "60" },
	{ name: "429 for now", kind: "status", status: 429, retryAfter: "0" },
];

const LIST_FAULTS: readonly NamedFault[] = [
	{ name: "reset", kind: "reset" },
	{ name: "cut", kind: "cut" },
	{ name: "html", kind: "html" },
	...[401, 403, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429", kind: "status", status: 429, retryAfter: "60" },
	{ name: "unreadable entry", kind: "rewrite", rewrite: appendItem({ id: ".." }) },
	{ name: "no end", kind: "rewrite", rewrite: emptyPageWithMore },
	{ name: "id twice", kind: "rewrite", rewrite: repeatedItem },
];

const CONTENT_FAULTS: readonly NamedFault[] = [
	{ name: "reset", kind: "reset" },
	...[404, 429, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "absent", kind: "rewrite", rewrite: rewriteContent(() => undefined) },
	{ name: "junk", kind: "rewrite", rewrite: rewriteContent(() => "junk") },
	{ name: "other line ends", kind: "rewrite", rewrite: rewriteContent((pem) => rewrapPem(pem, 76, "\r\n")) },
];

/** Generates a value one time in four, else `null`. */
export function oneTimeInFour<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
	return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** An event in this window, or another administrator's action, during a request. */
export type UploadEvent =
	| { readonly do: "cancel" | "kill" | "switch" | "follow" | "commit late" }
	| { readonly do: "other uploads"; readonly certificate: number }
	| { readonly do: "other deletes" | "other renames"; readonly index: number }
	| { readonly do: "wait"; readonly milliseconds: number };

const certificate = fc.nat({ max: 2 });
const index = fc.nat({ max: 9 });
const milliseconds = fc.constantFrom(500, 3000, 10_000, 61_000, 130_000, 200_000, 601_000);

export const events: fc.Arbitrary<UploadEvent> = fc.oneof(
	fc.record({ do: fc.constantFrom("cancel", "kill", "switch", "follow", "commit late") }),
	fc.record({ do: fc.constant("other uploads"), certificate }),
	fc.record({ do: fc.constantFrom("other deletes", "other renames"), index }),
	fc.record({ do: fc.constant("wait"), milliseconds }),
);

/** A fault of one or more requests, or an event during them. */
export interface UploadDisruption {
	readonly fault: NamedFault;
	readonly when: Fault["when"];
	/** Number of unaffected requests of this operation before. */
	readonly skipCount: number;
	/** Number of affected requests. */
	readonly times: number;
	readonly event: UploadEvent | null;
}

const noFault = fc.constant<NamedFault>({ name: "none", kind: "none" });
const maybeEvent = oneTimeInFour(events);
const skipCounts = fc.nat({ max: 2 });

/** For uploads. A rejection or a success of the emulator is always true. */
export const postDisruptions: fc.Arbitrary<UploadDisruption> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record<UploadDisruption>({
			fault: fc.constantFrom(...LOST_RESPONSES),
			when: fc.constantFrom("before", "after", "late"),
			skipCount: fc.constant(0),
			times: fc.constant(1),
			event: maybeEvent,
		}),
	},
	fc.record<UploadDisruption>({
		fault: fc.constantFrom(...REFUSALS),
		when: fc.constant("before"),
		skipCount: fc.constant(0),
		times: fc.constantFrom(1, 2),
		event: maybeEvent,
	}),
	fc.record<UploadDisruption>({
		fault: noFault,
		when: fc.constant("after"),
		skipCount: fc.constant(0),
		times: fc.constant(1),
		event: events,
	}),
);

/** For lists and contents. A call gives up after three failures in a row. */
const readDisruptions = (faults: readonly NamedFault[]): fc.Arbitrary<UploadDisruption> =>
	fc.oneof(
		fc.record<UploadDisruption>({
			fault: fc.constantFrom(...faults),
			when: fc.constant("before"),
			skipCount: skipCounts,
			times: fc.constantFrom(1, 3, 100),
			event: maybeEvent,
		}),
		fc.record<UploadDisruption>({
			fault: noFault,
			when: fc.constant("before"),
			skipCount: skipCounts,
			times: fc.constant(1),
			event: events,
		}),
	);

export const listDisruptions = readDisruptions(LIST_FAULTS);
export const contentDisruptions = readDisruptions(CONTENT_FAULTS);

/** True if an affected list may lack existing certificates. */
export function mayHideCertificates({ fault }: UploadDisruption): boolean {
	return fault.name === "no end";
}

/** Returns a rewrite of a certificate's content, which leaves error bodies unchanged. */
function rewriteContent(map: (pem: string) => string | undefined): Extract<FaultKind, { kind: "rewrite" }>["rewrite"] {
	const rewrite = mapContent(map);
	return (body, exchange) => ((body as { readonly error?: unknown }).error ? body : rewrite(body, exchange));
}
