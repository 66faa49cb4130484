// What can go wrong in a sequence, as data that can be printed and shrunk.
import * as fc from "fast-check";
import { emptyPageWithMore, reflow, sameIdTwice, withContent, withItem } from "../emulator/bodies.ts";
import type { Fault, FaultKind } from "../emulator/faults.ts";

/** A name for a fault, so that a failing sequence can be read. */
type Named<T> = T & { readonly name: string };

/** An upload that gets no usable answer: nobody can tell from it whether it was stored. */
const LOST: readonly Named<FaultKind>[] = [
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

/** A clear no: nothing was stored. */
const REFUSED: readonly Named<FaultKind>[] = [
	...[400, 401, 403, 404, 413, 422].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429 for long", kind: "status", status: 429, retryAfter: "60" },
	{ name: "429 for now", kind: "status", status: 429, retryAfter: "0" },
];

const LISTS: readonly Named<FaultKind>[] = [
	{ name: "reset", kind: "reset" },
	{ name: "cut", kind: "cut" },
	{ name: "html", kind: "html" },
	...[401, 403, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429", kind: "status", status: 429, retryAfter: "60" },
	{ name: "unreadable entry", kind: "rewrite", rewrite: withItem({ id: ".." }) },
	{ name: "no end", kind: "rewrite", rewrite: emptyPageWithMore },
	{ name: "id twice", kind: "rewrite", rewrite: sameIdTwice },
];

const CONTENTS: readonly Named<FaultKind>[] = [
	{ name: "reset", kind: "reset" },
	...[404, 429, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "absent", kind: "rewrite", rewrite: changed(() => undefined) },
	{ name: "junk", kind: "rewrite", rewrite: changed(() => "junk") },
	{ name: "other line ends", kind: "rewrite", rewrite: changed((pem) => reflow(pem, 76, "\r\n")) },
];

/** One time in four. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
	return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** Something that happens to others, or to this window, in the midst of a request. */
export type Event =
	| { readonly do: "cancel" | "kill" | "switch" | "follow" | "commit late" }
	| { readonly do: "other uploads"; readonly certificate: number }
	| { readonly do: "other deletes" | "other renames"; readonly index: number }
	| { readonly do: "wait"; readonly milliseconds: number };

const certificate = fc.nat({ max: 2 });
const index = fc.nat({ max: 9 });
const milliseconds = fc.constantFrom(500, 3000, 10_000, 61_000, 130_000, 200_000, 601_000);

export const events: fc.Arbitrary<Event> = fc.oneof(
	fc.record({ do: fc.constantFrom("cancel", "kill", "switch", "follow", "commit late") }),
	fc.record({ do: fc.constant("other uploads"), certificate }),
	fc.record({ do: fc.constantFrom("other deletes", "other renames"), index }),
	fc.record({ do: fc.constant("wait"), milliseconds }),
);

/** One request that goes wrong, or during which something happens. */
export interface Strike {
	readonly fault: Named<FaultKind>;
	readonly when: Fault["when"];
	/** How many requests of this operation go well before it, and how many it strikes. */
	readonly skip: number;
	readonly times: number;
	readonly event: Event | null;
}

const well = fc.constant<Named<FaultKind>>({ name: "none", kind: "none" });
const maybe = sometimes(events);
const skip = fc.nat({ max: 2 });

/** Uploads: the service never says a lie, so that a clear no and a good answer come with what they say. */
export const postStrikes: fc.Arbitrary<Strike> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({
			fault: fc.constantFrom(...LOST),
			when: fc.constantFrom("before", "after", "late"),
			skip: fc.constant(0),
			times: fc.constant(1),
			event: maybe,
		}),
	},
	fc.record({
		fault: fc.constantFrom(...REFUSED),
		when: fc.constant("before"),
		skip: fc.constant(0),
		times: fc.constantFrom(1, 2),
		event: maybe,
	}),
	fc.record({ fault: well, when: fc.constant("after"), skip: fc.constant(0), times: fc.constant(1), event: events }),
);

/** Lists and contents; three in a row is where a call gives up. */
const readStrikes = (faults: readonly Named<FaultKind>[]): fc.Arbitrary<Strike> =>
	fc.oneof(
		fc.record({
			fault: fc.constantFrom(...faults),
			when: fc.constant("before"),
			skip,
			times: fc.constantFrom(1, 3, 100),
			event: maybe,
		}),
		fc.record({ fault: well, when: fc.constant("before"), skip, times: fc.constant(1), event: events }),
	);

export const listStrikes = readStrikes(LISTS);
export const contentStrikes = readStrikes(CONTENTS);

/** Whether a list that it strikes may lack what is there. */
export function hides({ fault }: Strike): boolean {
	return fault.name === "no end";
}

/** Changes a content; a certificate that is gone has none. */
function changed(map: (pem: string) => string | undefined): Extract<FaultKind, { kind: "rewrite" }>["rewrite"] {
	const rewrite = withContent(map);
	return (body, exchange) => ((body as { readonly error?: unknown }).error ? body : rewrite(body, exchange));
}
