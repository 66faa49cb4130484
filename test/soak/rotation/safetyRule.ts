// Whether the promise was kept, by what the service was sent.
import type { Exchange } from "../../emulator/record.ts";
import { activeIn, type Call, idsIn, isActivation, isRead, keyOf, plannedIn, succeeded } from "./calls.ts";
import { isOf } from "./faults.ts";
import { scopeIn, type World } from "./world.ts";

/** What a request breaks, or `null`. */
export function breach(
	world: World,
	call: Call,
	ours: readonly Exchange[],
	index: number,
	isDying: boolean,
): string | null {
	const { method, operation } = ours[index] as Exchange;
	if (method === "GET") return null;
	if (isOf("deactivate", operation)) return brokenByDeactivation(world, call, ours, index, isDying);
	if (isOf("activate", operation)) return brokenByActivation(world, call, ours, index);
	return brokenByDeletion(world, call, ours[index] as Exchange);
}

/** The promise, as it is worded. */
function brokenByDeactivation(
	world: World,
	call: Call,
	ours: readonly Exchange[],
	index: number,
	isDying: boolean,
): string | null {
	const exchange = ours[index] as Exchange;
	const scope = scopeIn(exchange);
	const { old, next } = world.ids;
	const [from, to] = call.verb === "undo" ? [next, old] : [old, next];
	if (call.verb === "start") return "at a start";
	if (idsIn(exchange).join() !== from) return "that is not what was to go";
	if (scope === "organization" && !call.ownAccess) return "its own access was not proven";
	const told = call.confirmed.scopes.find((each) => keyOf(each.scope) === scope);
	if (!told || (call.verb === "undo" ? !told.planned : told.old !== "active")) return "nobody was told of this scope";
	if (call.verb === "undo" && plannedIn(call, scope)?.nextWasActive) return "it was active there before";

	// Whatever it sent before it, in any scope: nothing may come between.
	let before = index - 1;
	if (!isActivation(ours[before], scope, to)) return "no activation came immediately before";
	if (!succeeded(world, ours[before])) return "the activation before did not succeed";
	while (isActivation(ours[before], scope, to)) before--;
	if (!isRead(ours[before], scope)) return "no read came before";
	if (!succeeded(world, ours[before])) return "the read before did not succeed";

	let last = index + 1;
	if (!isRead(ours[last], scope)) return isDying && !ours[last] ? null : "it was not read back at once";
	while (isRead(ours[last + 1], scope) && !succeeded(world, ours[last])) last++;
	const shown = ours[last] as Exchange;
	if (!succeeded(world, shown) || [from, to].some((each) => activeIn(shown).includes(each))) return null;
	const mend = ours[last + 1];
	if (isActivation(mend, scope, from) || (isDying && !mend)) return null;
	return "neither was active then, and it was not activated again at once";
}

function brokenByActivation(world: World, call: Call, ours: readonly Exchange[], index: number): string | null {
	const exchange = ours[index] as Exchange;
	const scope = scopeIn(exchange);
	const id = idsIn(exchange).join();
	const { old, next } = world.ids;
	const told = call.confirmed.scopes.find((each) => keyOf(each.scope) === scope);
	if (!told) return "nobody was told of this scope";
	const isBack = ours.slice(0, index).some((each) => isOf("deactivate", each.operation) && scopeIn(each) === scope);
	let before = index - 1;
	while (isActivation(ours[before], scope, id)) before--;
	if (!isBack && !isRead(ours[before], scope)) return "no read came right before";
	if (!isBack && !succeeded(world, ours[before])) return "the read right before did not succeed";
	if (told.old === "inactive" && !told.next) return "neither was active there";
	if (call.verb === "start") {
		const isOwn = told.old === "unclear" && !call.confirmed.plan && call.unclear === "own";
		if (id !== next || !(told.old === "active" || isOwn)) return "it was not asked for";
		return told.next ? "it is active there" : null;
	}
	const [from, to] = call.verb === "undo" ? [next, old] : [old, next];
	return id === to || (id === from && isBack) ? null : "it was not asked for";
}

function brokenByDeletion(world: World, call: Call, { operation, path }: Exchange): string | null {
	const { old } = world.ids;
	if (operation !== "delete" || call.verb !== "finish" || !path.endsWith(old)) return "nobody asked for it";
	const isOver = world.commits.some(({ scope, id, at }) => scope === null && id === old && at <= call.exchanges);
	return isOver && !call.late ? "it was deleted before" : null;
}
