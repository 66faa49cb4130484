// What can go wrong while a certificate is rotated, as data that can be printed and shrunk.
import * as fc from "fast-check";
import { emptyPageWithMore, withItem } from "../../emulator/bodies.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import type { Operation } from "../../emulator/routes.ts";

type Named = FaultKind & { readonly name: string };

const LOST: readonly Named[] = [
	{ name: "reset", kind: "reset" },
	{ name: "cut", kind: "cut" },
	{ name: "{}", kind: "body", text: "{}" },
	...[500, 409].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
];

const REFUSED: readonly Named[] = [
	...[400, 401, 403, 404].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429 for long", kind: "status", status: 429, retryAfter: "60" },
	{ name: "429 for now", kind: "status", status: 429, retryAfter: "0" },
];

const UNREAD: readonly Named[] = [
	{ name: "reset", kind: "reset" },
	...[401, 403, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429", kind: "status", status: 429, retryAfter: "60" },
	{ name: "unreadable entry", kind: "rewrite", rewrite: withItem({ id: ".." }) },
	{ name: "no end", kind: "rewrite", rewrite: emptyPageWithMore },
];

const NONE: Named = { name: "none", kind: "none" };

/** A certificate by its role, and a scope by a number: 0 is the organization, `null` the one that a request is about. */
export interface Place {
	readonly certificate: "old" | "next" | "third";
	readonly scope: number | null;
}

/** Something that happens to others, or to this window, between any two requests. */
export type Event =
	| { readonly do: "cancel" | "kill" | "settle" | "upload" }
	| ({ readonly do: "activate" | "deactivate" } & Place)
	| { readonly do: "delete"; readonly certificate: Place["certificate"] }
	| { readonly do: "late lists"; readonly reads: number }
	| { readonly do: "wait"; readonly milliseconds: number };

const certificate = fc.constantFrom("old", "next", "third");
/** Most of what happens, happens where it matters. */
const scope = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(null) },
	{ weight: 3, arbitrary: fc.nat({ max: 3 }) },
	{ weight: 1, arbitrary: fc.nat({ max: 30 }) },
);

export const events: fc.Arbitrary<Event> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({ do: fc.constantFrom("activate", "deactivate", "deactivate"), certificate, scope }),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("delete"), certificate }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cancel", "kill", "settle", "upload") }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("late lists"), reads: fc.nat({ max: 6 }) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), milliseconds: fc.constantFrom(5000, 130_000) }) },
);

/** What both scopes' operations have in common. */
export type Kind = "read" | "readBack" | "projects" | "activate" | "deactivate" | "delete";

const KINDS: Readonly<Record<Kind, readonly Operation[]>> = {
	read: ["list", "projectList"],
	/** The one that follows a deactivation. */
	readBack: ["list", "projectList"],
	projects: ["projects"],
	activate: ["activate", "projectActivate"],
	deactivate: ["deactivate", "projectDeactivate"],
	delete: ["delete"],
};

export function isOf(kind: Kind, operation: Operation | null): boolean {
	return operation !== null && KINDS[kind].includes(operation);
}

/** Requests that go wrong, or during which something happens. */
export interface Strike {
	readonly on: Kind;
	readonly fault: Named;
	readonly when: "before" | "after";
	/** How many requests of the kind go well before it, and how many it strikes. */
	readonly skip: number;
	readonly times: number;
	readonly event: Event | null;
	/** What the other window does while the answer is held back. */
	readonly other: "start" | "finish" | "undo" | null;
}

const skip = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(0) },
	{ weight: 2, arbitrary: fc.nat({ max: 3 }) },
	{ weight: 1, arbitrary: fc.nat({ max: 40 }) },
);
const event = fc.option(events, { freq: 1 });
const writes = fc.constantFrom<Kind>("activate", "activate", "deactivate", "deactivate", "delete");
const never = fc.constant(null);

/** A deactivation that gets no answer and cannot be read back. */
export const blindness: fc.Arbitrary<readonly Strike[]> = fc
	.tuple(fc.constantFrom(...LOST), fc.constantFrom("before", "after"), event, fc.nat({ max: 1 }))
	.map(([fault, when, event, skip]) => [
		{ on: "deactivate", fault, when, skip, times: 1, event, other: null },
		{ on: "readBack", fault: UNREAD[0] ?? NONE, when: "before", skip, times: 3, event: null, other: null },
	]);

export const strikes: fc.Arbitrary<Strike> = fc.oneof(
	fc.record({
		on: writes,
		fault: fc.constantFrom(...LOST),
		when: fc.constantFrom("before", "after"),
		skip,
		times: fc.constantFrom(1, 2),
		event,
		other: never,
	}),
	fc.record({
		on: writes,
		fault: fc.constantFrom(...REFUSED),
		when: fc.constant("before"),
		skip,
		times: fc.constantFrom(1, 2),
		event,
		other: never,
	}),
	fc.record({
		on: fc.constantFrom<Kind>("read", "readBack", "readBack", "projects"),
		fault: fc.constantFrom(...UNREAD),
		when: fc.constant("before"),
		skip,
		times: fc.constantFrom(1, 3),
		event,
		other: never,
	}),
	{
		weight: 3,
		arbitrary: fc.record({
			on: fc.constantFrom<Kind>(
				"read",
				"readBack",
				"activate",
				"activate",
				"activate",
				"deactivate",
				"deactivate",
				"delete",
			),
			fault: fc.constant(NONE),
			when: fc.constant("after"),
			skip,
			times: fc.constant(1),
			event: events,
			other: never,
		}),
	},
	fc.record({
		on: fc.constantFrom<Kind>("read", "readBack", "activate", "deactivate"),
		fault: fc.constant(NONE),
		when: fc.constant("after"),
		skip,
		times: fc.constant(1),
		event: never,
		other: fc.constantFrom("start", "finish", "undo"),
	}),
);
