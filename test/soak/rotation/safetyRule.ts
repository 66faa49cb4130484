// Checks the requests against the safety rule.
import type { Exchange } from "../../emulator/record.ts";
import {
	emulatorScope,
	findPlannedScope,
	hasSucceeded,
	isActivation,
	isRead,
	listedActiveIds,
	type RotationCall,
	requestedIds,
} from "./calls.ts";
import { isOperationOf } from "./faults.ts";
import { exchangeScope, type RotationWorld } from "./world.ts";

/** Returns how a request violates the safety rule, or `null`. */
export function findViolation(
	world: RotationWorld,
	call: RotationCall,
	sent: readonly Exchange[],
	index: number,
	hasCrashed: boolean,
): string | null {
	const { method, operation } = sent[index] as Exchange;
	if (method === "GET") return null;
	if (isOperationOf("deactivate", operation)) return findDeactivationViolation(world, call, sent, index, hasCrashed);
	if (isOperationOf("activate", operation)) return findActivationViolation(world, call, sent, index);
	return findDeletionViolation(world, call, sent[index] as Exchange);
}

/** Requires an activation directly before a deactivation, and a read directly after. */
function findDeactivationViolation(
	world: RotationWorld,
	call: RotationCall,
	sent: readonly Exchange[],
	index: number,
	hasCrashed: boolean,
): string | null {
	const exchange = sent[index] as Exchange;
	const scope = exchangeScope(exchange);
	const { old, next } = world.ids;
	const [from, to] = call.verb === "undo" ? [next, old] : [old, next];
	if (call.verb === "start") return "at a start";
	if (requestedIds(exchange).join() !== from) return "that is not what was to go";
	if (scope === "organization" && !call.hasSelfAccess) return "its own access was not proven";
	const confirmedScope = call.confirmed.scopes.find((each) => emulatorScope(each.scope) === scope);
	if (!confirmedScope || (call.verb === "undo" ? !confirmedScope.planned : confirmedScope.old !== "active"))
		return "nobody was told of this scope";
	if (call.verb === "undo" && findPlannedScope(call, scope)?.nextWasActive) return "it was active there before";

	// No other request, in any scope, may come between.
	let before = index - 1;
	if (!isActivation(sent[before], scope, to)) return "no activation came immediately before";
	if (!hasSucceeded(world, sent[before])) return "the activation before did not succeed";
	while (isActivation(sent[before], scope, to)) before--;
	if (!isRead(sent[before], scope)) return "no read came before";
	if (!hasSucceeded(world, sent[before])) return "the read before did not succeed";

	let last = index + 1;
	if (!isRead(sent[last], scope)) return hasCrashed && !sent[last] ? null : "it was not read back at once";
	while (isRead(sent[last + 1], scope) && !hasSucceeded(world, sent[last])) last++;
	const readBack = sent[last] as Exchange;
	if (!hasSucceeded(world, readBack) || [from, to].some((each) => listedActiveIds(readBack).includes(each)))
		return null;
	const repair = sent[last + 1];
	if (isActivation(repair, scope, from) || (hasCrashed && !repair)) return null;
	return "neither was active then, and it was not activated again at once";
}

function findActivationViolation(
	world: RotationWorld,
	call: RotationCall,
	sent: readonly Exchange[],
	index: number,
): string | null {
	const exchange = sent[index] as Exchange;
	const scope = exchangeScope(exchange);
	const id = requestedIds(exchange).join();
	const { old, next } = world.ids;
	const confirmedScope = call.confirmed.scopes.find((each) => emulatorScope(each.scope) === scope);
	if (!confirmedScope) return "nobody was told of this scope";
	const isReactivation = sent
		.slice(0, index)
		.some((each) => isOperationOf("deactivate", each.operation) && exchangeScope(each) === scope);
	let before = index - 1;
	while (isActivation(sent[before], scope, id)) before--;
	if (!isReactivation && !isRead(sent[before], scope)) return "no read came right before";
	if (!isReactivation && !hasSucceeded(world, sent[before])) return "the read right before did not succeed";
	if (confirmedScope.old === "inactive" && !confirmedScope.next) return "neither was active there";
	if (call.verb === "start") {
		const isOwn = confirmedScope.old === "unclear" && !call.confirmed.plan && call.unclear === "own";
		if (id !== next || !(confirmedScope.old === "active" || isOwn)) return "it was not asked for";
		return confirmedScope.next ? "it is active there" : null;
	}
	const [from, to] = call.verb === "undo" ? [next, old] : [old, next];
	return id === to || (id === from && isReactivation) ? null : "it was not asked for";
}

function findDeletionViolation(world: RotationWorld, call: RotationCall, { operation, path }: Exchange): string | null {
	const { old } = world.ids;
	if (operation !== "delete" || call.verb !== "finish" || !path.endsWith(old)) return "nobody asked for it";
	const isDeleted = world.commits.some(
		({ scope, id, exchangeCount }) => scope === null && id === old && exchangeCount <= call.exchangeCount,
	);
	return isDeleted && !call.listsMayBeLate ? "it was deleted before" : null;
}
