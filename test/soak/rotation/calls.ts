// Describes a window's call, its requests and outcome.

import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import type { RotationSnapshot } from "../../../src/features/rotation/rotation.ts";
import type { RotationResult } from "../../../src/features/rotation/rotationResult.ts";
import type { StartResult } from "../../../src/features/rotation/startRotation.ts";
import type { Exchange } from "../../emulator/record.ts";
import { isOf } from "./faults.ts";
import { scopeIn, type World } from "./world.ts";

export interface Call {
	readonly verb: "start" | "finish" | "undo";
	readonly owner: string;
	readonly confirmed: RotationSnapshot;
	/** The user's answer about unclear scopes, at a start. */
	readonly unclear: "own" | "imposed";
	readonly ownAccess: boolean;
	/** Number of exchanges before. */
	readonly exchanges: number;
	/** Number of commits before. */
	readonly commits: number;
	/** True if lists may have been late during the call. */
	late: boolean;
}

interface StartOutcome {
	readonly kind: "started";
	readonly account: StartResult;
}

interface EndOutcome {
	readonly kind: "ended";
	readonly account: RotationResult;
}

export type Outcome =
	| StartOutcome
	| EndOutcome
	| { readonly kind: "failed"; readonly reason: string }
	| { readonly kind: "cancelled" | "killed" };

/** Returns the requests that a window sent during a call. */
export function oursOf(world: World, { owner, exchanges: exchangeCount }: Call): readonly Exchange[] {
	return world.emulator.exchanges
		.slice(exchangeCount)
		.filter(({ requestHeaders }) => requestHeaders["user-agent"] === owner);
}

export function plannedIn({ confirmed }: Call, key: string) {
	return confirmed.plan?.scopes.find(({ scope }) => keyOf(scope) === key);
}

export function isActivation(exchange: Exchange | undefined, scope: string, id: string): boolean {
	if (!exchange || !isOf("activate", exchange.operation) || scopeIn(exchange) !== scope) return false;
	return idsIn(exchange).join() === id;
}

export function isRead(exchange: Exchange | undefined, scope: string): boolean {
	return exchange !== undefined && isOf("read", exchange.operation) && scopeIn(exchange) === scope;
}

export function succeeded(world: World, exchange: Exchange | undefined): boolean {
	return exchange?.status === 200 && !world.struck.has(exchange);
}

/** Returns the emulator's name of a scope. */
export function keyOf(scope: Scope): string {
	return scope.kind === "organization" ? ORGANIZATION.kind : scope.id;
}

export function idsIn({ requestBody }: Exchange): readonly string[] {
	return (JSON.parse(requestBody) as { certificate_ids: string[] }).certificate_ids;
}

export function activeIn({ responseBody }: Exchange): readonly string[] {
	const { data } = JSON.parse(responseBody) as { data: { id: string; active: boolean }[] };
	return data.filter(({ active }) => active).map(({ id }) => id);
}
