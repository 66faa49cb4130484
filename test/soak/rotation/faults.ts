// Generates the disruptions of a rotation, as printable and shrinkable data.
import * as fc from "fast-check";
import { appendItem, emptyPageWithMore } from "../../emulator/bodies.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import type { Operation } from "../../emulator/routes.ts";

type NamedFault = FaultKind & { readonly name: string };

const LOST_RESPONSES: readonly NamedFault[] = [
	{ name: "reset", kind: "reset" },
	{ name: "cut", kind: "cut" },
	{ name: "{}", kind: "body", text: "{}" },
	...[500, 409].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
];

const REFUSALS: readonly NamedFault[] = [
	...[400, 401, 403, 404].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429 for long", kind: "status", status: 429, retryAfter: "60" },
	{ name: "429 for now", kind: "status", status: 429, retryAfter: "0" },
];

const READ_FAULTS: readonly NamedFault[] = [
	{ name: "reset", kind: "reset" },
	...[401, 403, 500].map((status) => ({ name: `${status}`, kind: "status", status }) as const),
	{ name: "429", kind: "status", status: 429, retryAfter: "60" },
	{ name: "unreadable entry", kind: "rewrite", rewrite: appendItem({ id: ".." }) },
	{ name: "no end", kind: "rewrite", rewrite: emptyPageWithMore },
];

const NO_FAULT: NamedFault = { name: "none", kind: "none" };

export interface CertificateInScope {
	readonly certificate: "old" | "next" | "third";
	/** 0 for the organization, `null` for the scope of the current request. */
	readonly scope: number | null;
}

/** An event in this window, or another administrator's action, between two requests. */
export type RotationEvent =
	| { readonly do: "cancel" | "kill" | "settle" | "upload" }
	| ({ readonly do: "activate" | "deactivate" } & CertificateInScope)
	| { readonly do: "delete"; readonly certificate: CertificateInScope["certificate"] }
	| { readonly do: "late lists"; readonly reads: number }
	| { readonly do: "wait"; readonly milliseconds: number };

const certificate = fc.constantFrom("old", "next", "third");
/** Prefers the scope of the current request. */
const scope = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(null) },
	{ weight: 3, arbitrary: fc.nat({ max: 3 }) },
	{ weight: 1, arbitrary: fc.nat({ max: 30 }) },
);

export const events: fc.Arbitrary<RotationEvent> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({ do: fc.constantFrom("activate", "deactivate", "deactivate"), certificate, scope }),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("delete"), certificate }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cancel", "kill", "settle", "upload") }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("late lists"), reads: fc.nat({ max: 6 }) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), milliseconds: fc.constantFrom(5000, 130_000) }) },
);

/** A kind of operation, on the organization or a project. */
export type OperationKind = "read" | "readBack" | "projects" | "activate" | "deactivate" | "delete";

const OPERATIONS: Readonly<Record<OperationKind, readonly Operation[]>> = {
	read: ["list", "projectList"],
	/** A read after a deactivation. */
	readBack: ["list", "projectList"],
	projects: ["projects"],
	activate: ["activate", "projectActivate"],
	deactivate: ["deactivate", "projectDeactivate"],
	delete: ["delete"],
};

export function isOperationOf(kind: OperationKind, operation: Operation | null): boolean {
	return operation !== null && OPERATIONS[kind].includes(operation);
}

/** A fault of one or more requests, or an event during them. */
export interface RotationDisruption {
	readonly on: OperationKind;
	readonly fault: NamedFault;
	readonly when: "before" | "after";
	/** Number of unaffected requests of this kind before. */
	readonly skipCount: number;
	/** Number of affected requests. */
	readonly times: number;
	readonly event: RotationEvent | null;
	/** The other window's action while the response is delayed. */
	readonly otherAction: "start" | "finish" | "undo" | null;
}

const skipCounts = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(0) },
	{ weight: 2, arbitrary: fc.nat({ max: 3 }) },
	{ weight: 1, arbitrary: fc.nat({ max: 40 }) },
);
const maybeEvent = fc.option(events, { freq: 1 });
const writeKinds = fc.constantFrom<OperationKind>("activate", "activate", "deactivate", "deactivate", "delete");
const nothing = fc.constant(null);

/** Generates a deactivation whose response is lost and that cannot be read back. */
export const unreadDeactivations: fc.Arbitrary<readonly RotationDisruption[]> = fc
	.tuple(fc.constantFrom(...LOST_RESPONSES), fc.constantFrom("before", "after"), maybeEvent, fc.nat({ max: 1 }))
	.map(([fault, when, event, skipCount]): readonly RotationDisruption[] => [
		{ on: "deactivate", fault, when, skipCount, times: 1, event, otherAction: null },
		{
			on: "readBack",
			fault: READ_FAULTS[0] ?? NO_FAULT,
			when: "before",
			skipCount,
			times: 3,
			event: null,
			otherAction: null,
		},
	]);

export const disruptions: fc.Arbitrary<RotationDisruption> = fc.oneof(
	fc.record<RotationDisruption>({
		on: writeKinds,
		fault: fc.constantFrom(...LOST_RESPONSES),
		when: fc.constantFrom("before", "after"),
		skipCount: skipCounts,
		times: fc.constantFrom(1, 2),
		event: maybeEvent,
		otherAction: nothing,
	}),
	fc.record<RotationDisruption>({
		on: writeKinds,
		fault: fc.constantFrom(...REFUSALS),
		when: fc.constant("before"),
		skipCount: skipCounts,
		times: fc.constantFrom(1, 2),
		event: maybeEvent,
		otherAction: nothing,
	}),
	fc.record<RotationDisruption>({
		on: fc.constantFrom<OperationKind>("read", "readBack", "readBack", "projects"),
		fault: fc.constantFrom(...READ_FAULTS),
		when: fc.constant("before"),
		skipCount: skipCounts,
		times: fc.constantFrom(1, 3),
		event: maybeEvent,
		otherAction: nothing,
	}),
	{
		weight: 3,
		arbitrary: fc.record<RotationDisruption>({
			on: fc.constantFrom<OperationKind>(
				"read",
				"readBack",
				"activate",
				"activate",
				"activate",
				"deactivate",
				"deactivate",
				"delete",
			),
			fault: fc.constant(NO_FAULT),
			when: fc.constant("after"),
			skipCount: skipCounts,
			times: fc.constant(1),
			event: events,
			otherAction: nothing,
		}),
	},
	fc.record<RotationDisruption>({
		on: fc.constantFrom<OperationKind>("read", "readBack", "activate", "deactivate"),
		fault: fc.constant(NO_FAULT),
		when: fc.constant("after"),
		skipCount: skipCounts,
		times: fc.constant(1),
		event: nothing,
		otherAction: fc.constantFrom("start", "finish", "undo"),
	}),
);
