// Describes a window's call, its requests and outcome.

import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import type { RotationSnapshot } from "../../../src/features/rotation/rotation.ts";
import type { RotationResult } from "../../../src/features/rotation/rotationResult.ts";
import type { StartResult } from "../../../src/features/rotation/startRotation.ts";
import type { Exchange } from "../../emulator/record.ts";
import { isOperationOf } from "./faults.ts";
import { exchangeScope, type RotationWorld } from "./world.ts";

export interface RotationCall {
	readonly verb: "start" | "finish" | "undo";
	readonly owner: string;
	readonly confirmed: RotationSnapshot;
	/** The user's answer about unclear scopes, at a start. */
	readonly unclear: "own" | "inherited";
	readonly hasSelfAccess: boolean;
	/** Number of exchanges before. */
	readonly exchangeCount: number;
	/** Number of commits before. */
	readonly commitCount: number;
	/** True if lists may have been late during the call. */
	listsMayBeLate: boolean;
}

interface StartOutcome {
	readonly kind: "started";
	readonly result: StartResult;
}

interface EndOutcome {
	readonly kind: "ended";
	readonly result: RotationResult;
}

export type RotationOutcome =
	| StartOutcome
	| EndOutcome
	| { readonly kind: "failed"; readonly reason: string }
	| { readonly kind: "cancelled" | "killed" };

/** Returns the requests that a window sent during a call. */
export function exchangesDuring(world: RotationWorld, { owner, exchangeCount }: RotationCall): readonly Exchange[] {
	return world.emulator.exchanges
		.slice(exchangeCount)
		.filter(({ requestHeaders }) => requestHeaders["user-agent"] === owner);
}

export function findPlannedScope({ confirmed }: RotationCall, key: string) {
	return confirmed.plan?.scopes.find(({ scope }) => emulatorScope(scope) === key);
}

export function isActivation(exchange: Exchange | undefined, scope: string, id: string): boolean {
	if (!exchange || !isOperationOf("activate", exchange.operation) || exchangeScope(exchange) !== scope) return false;
	return requestedIds(exchange).join() === id;
}

export function isRead(exchange: Exchange | undefined, scope: string): boolean {
	return exchange !== undefined && isOperationOf("read", exchange.operation) && exchangeScope(exchange) === scope;
}

export function hasSucceeded(world: RotationWorld, exchange: Exchange | undefined): boolean {
	return exchange?.status === 200 && !world.disruptedExchanges.has(exchange);
}

/** Returns the emulator's name of a scope. */
export function emulatorScope(scope: Scope): string {
	return scope.kind === "organization" ? ORGANIZATION.kind : scope.id;
}

export function requestedIds({ requestBody }: Exchange): readonly string[] {
	return (JSON.parse(requestBody) as { certificate_ids: string[] }).certificate_ids;
}

export function listedActiveIds({ responseBody }: Exchange): readonly string[] {
	const { data } = JSON.parse(responseBody) as { data: { id: string; active: boolean }[] };
	return data.filter(({ active }) => active).map(({ id }) => id);
}
