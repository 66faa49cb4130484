// Whether the promise was kept, by what the service was sent, and whether what a person was told is true.
import type { ScopeAccount } from "../../../src/application/activation.ts";
import type { HandOver } from "../../../src/application/handOver.ts";
import type { RotationBasis } from "../../../src/application/rotation.ts";
import type { EndAccount } from "../../../src/application/rotationEnd.ts";
import type { StartAccount } from "../../../src/application/rotationStart.ts";
import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import type { Exchange } from "../../emulator/record.ts";
import { isOf, type Place } from "./faults.ts";
import { type Commit, scopeIn, type World } from "./world.ts";

/** One call of a window. */
export interface Call {
	readonly verb: "start" | "finish" | "undo";
	readonly owner: string;
	readonly confirmed: RotationBasis;
	/** The answer to what was unclear, at a start. */
	readonly unclear: "own" | "imposed";
	readonly ownAccess: boolean;
	/** How many exchanges and commits there were before. */
	readonly exchanges: number;
	readonly commits: number;
	/** Whether lists may have been late at some time during the call. */
	late: boolean;
}

/** How a call ended. */
export type Outcome =
	| { readonly kind: "started"; readonly account: StartAccount }
	| { readonly kind: "ended"; readonly account: EndAccount }
	| { readonly kind: "failed"; readonly reason: string }
	| { readonly kind: "cancelled" | "killed" };

type Role = Place["certificate"];

export class Judge {
	readonly violations: string[] = [];
	readonly #world: World;
	/** Scopes that one of us emptied and did not tell of, because its window died. */
	readonly #untold = new Set<string>();

	constructor(world: World) {
		this.#world = world;
	}

	/** Judges one call, once it is over. */
	judge(call: Call, outcome: Outcome): void {
		const ours = this.#ours(call);
		for (const [index, exchange] of ours.entries()) {
			if (isOf("deactivate", exchange.operation)) this.#judgeDeactivation(call, ours, index, outcome);
			else if (isOf("activate", exchange.operation)) this.#judgeActivation(call, ours, index);
			else if (isOf("delete", exchange.operation)) this.#judgeDeletion(call, exchange);
			else if (exchange.method !== "GET") this.#violated(`${call.verb} sent ${exchange.method} ${exchange.path}`);
		}
		if (outcome.kind === "failed" || outcome.kind === "cancelled")
			for (const { method, path } of ours)
				if (method !== "GET") this.#violated(`${call.verb} says that nothing was done, and sent ${path}`);
		if (outcome.kind === "started") this.#judgeStart(call, outcome.account);
		if (outcome.kind === "ended") this.#judgeEnd(call, outcome.account);
		this.#judgeEmptied(call, outcome);
	}

	#ours({ owner, exchanges }: Call): readonly Exchange[] {
		return this.#world.emulator.exchanges
			.slice(exchanges)
			.filter(({ requestHeaders }) => requestHeaders["user-agent"] === owner);
	}

	/** The promise, as it is worded. */
	#judgeDeactivation(call: Call, ours: readonly Exchange[], index: number, outcome: Outcome): void {
		const exchange = ours[index] as Exchange;
		const scope = scopeIn(exchange);
		const [id, ...more] = idsIn(exchange);
		const broken = (what: string) =>
			this.#violated(`${call.verb} deactivated ${this.#roleOf(id)} in ${scope}: ${what}`);
		const { old, next } = this.#world.ids;
		const [from, to] = call.verb === "undo" ? [next, old] : [old, next];
		if (id !== from || more.length > 0) return broken("that is not what was to go");
		if (call.verb === "start") return broken("at a start");
		if (scope === "organization" && !call.ownAccess) broken("though its own access was not proven");
		const told = call.confirmed.scopes.find((each) => keyOf(each.scope) === scope);
		if (!told || (call.verb === "undo" ? !told.planned : told.old !== "active")) broken("of which nobody was told");
		if (call.verb === "undo" && this.#planned(call, scope)?.nextWasActive) broken("where it was active before");

		// Whatever it sent before it, in any scope: nothing may come between.
		let before = index - 1;
		if (!this.#isActivation(ours[before], scope, to)) return broken("no activation came immediately before");
		if (!this.#succeeded(ours[before])) return broken("the activation before did not succeed");
		while (this.#isActivation(ours[before], scope, to)) before--;
		const read = ours[before];
		if (!read || !isOf("read", read.operation) || scopeIn(read) !== scope) return broken("no read came before");
		if (!this.#succeeded(read)) return broken("the read before did not succeed");

		const after = ours[index + 1];
		const isDying = outcome.kind === "killed";
		if (!after) return isDying ? undefined : broken("nothing was read back");
		if (!isOf("read", after.operation) || scopeIn(after) !== scope) return broken("it was not read back at once");
		let last = index + 1;
		while (this.#isRead(ours[last + 1], scope) && !this.#succeeded(ours[last])) last++;
		const shown = ours[last] as Exchange;
		if (!this.#succeeded(shown) || [from, to].some((each) => activeIn(shown).includes(each))) return;
		const mend = ours[last + 1];
		if (!this.#isActivation(mend, scope, from) && !(isDying && !mend))
			broken("neither was active then, and it was not activated again at once");
	}

	#judgeActivation(call: Call, ours: readonly Exchange[], index: number): void {
		const exchange = ours[index] as Exchange;
		const scope = scopeIn(exchange);
		const [id, ...more] = idsIn(exchange);
		const broken = (what: string) => this.#violated(`${call.verb} activated ${this.#roleOf(id)} in ${scope}: ${what}`);
		const { old, next } = this.#world.ids;
		const told = call.confirmed.scopes.find((each) => keyOf(each.scope) === scope);
		if (more.length > 0 || (id !== old && id !== next)) return broken("that is none of the two");
		if (call.verb === "start") {
			const isWanted =
				told?.old === "active" || (told?.old === "unclear" && !call.confirmed.plan && call.unclear === "own");
			if (id !== next || !isWanted) broken("where it was not asked for");
			if (told?.next) broken("where it is active");
			return;
		}
		if (!told) return broken("of which nobody was told");
		const isBack = ours.slice(0, index).some((each) => isOf("deactivate", each.operation) && scopeIn(each) === scope);
		if (call.verb === "finish" && id === old && !isBack) broken("at a finish");
		if (call.verb === "undo" && id === next && !isBack) broken("at an undo");
	}

	#judgeDeletion(call: Call, exchange: Exchange): void {
		const { ids } = this.#world;
		if (call.verb !== "finish" || !exchange.path.endsWith(ids.old))
			return this.#violated(`${call.verb} deleted ${exchange.path}`);
		const before = this.#world.commits.find(
			({ scope, id, at }) => scope === null && id === ids.old && at <= call.exchanges,
		);
		if (before) this.#violated("the old one was deleted twice");
	}

	#judgeStart(call: Call, { plan, scopes }: StartAccount): void {
		if (plan.next.id !== this.#world.ids.next) this.#violated("the plan is another one's");
		for (const account of scopes) this.#judgeScope(call, account);
	}

	#judgeScope(call: Call, { scope, changed, failed, notTried, lockedOut }: ScopeAccount): void {
		const key = keyOf(scope);
		if (lockedOut) this.#violated(`nobody is locked out of ${key}`);
		if (notTried.length > 0 && this.#sentTo(call, key)) this.#violated(`start says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const isActive = this.#world.isShown("next", key);
		if (changed.length > 0 && !isActive) this.#violated(`start says that the new one is active in ${key}`);
		if (failed.length > 0 && isActive) this.#violated(`start says that the new one is not active in ${key}`);
	}

	#judgeEnd(call: Call, { scopes, ended, removed }: EndAccount): void {
		for (const account of scopes) this.#judgeHandOver(call, account);
		const keys = scopes.map(({ scope }) => keyOf(scope));
		if (new Set(keys).size < keys.length) this.#violated(`${call.verb} tells twice of one scope`);
		if (ended && scopes.some(({ outcome }) => !["done", "kept", "neither"].includes(outcome)))
			this.#violated(`${call.verb} is over though a scope failed`);
		const since = this.#world.commits.slice(call.commits);
		if (removed && this.#world.isStored("old")) this.#violated("the old one is said to be deleted");
		if (!removed && since.some(({ scope, by }) => scope === null && by === call.owner))
			this.#violated("the old one was deleted, and nobody was told");
		if (call.late || since.some(({ by }) => by !== call.owner)) return;
		for (const key of this.#world.scopes) {
			if (call.verb === "finish" && ended && this.#world.isActive("old", key))
				this.#violated(`finish is over, and the old one is active in ${key}`);
			const planned = this.#planned(call, key);
			if (!ended || !planned) continue;
			const outcome = scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const stays = call.verb === "finish" ? "next" : "old";
			if (!this.#world.isShown(stays, key) && outcome !== "neither")
				this.#violated(`${call.verb} is over, and the ${stays} one is not active in ${key}`);
			if (call.verb === "undo" && !planned.nextWasActive && this.#world.isActive("next", key))
				this.#violated(`undo is over, and the new one is active in ${key}`);
		}
	}

	#judgeHandOver(call: Call, { scope, outcome }: HandOver): void {
		const key = keyOf(scope);
		if (outcome === "not-tried" && this.#sentTo(call, key))
			this.#violated(`${call.verb} says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const [from, to]: readonly [Role, Role] = call.verb === "undo" ? ["next", "old"] : ["old", "next"];
		const { isActive, isShown } = {
			isActive: (role: Role) => this.#world.isActive(role, key),
			isShown: (role: Role) => this.#world.isShown(role, key),
		};
		const isTrue = {
			done: !isActive(from) && isShown(to),
			kept: isShown("old") && isShown("next"),
			failed: isShown(from) || !isShown(to),
			unread: !isActive(from),
			unknown: true,
			restored: isActive(from),
			emptied: true,
			neither: !isShown(from) && !isShown(to),
			"not-tried": true,
		}[outcome];
		if (!isTrue) this.#violated(`${call.verb} says of ${key}: ${outcome}`);
	}

	/** That no scope is left empty by us without a word. */
	#judgeEmptied(call: Call, outcome: Outcome): void {
		const { commits, scopes, emulator } = this.#world;
		for (const key of scopes) {
			const since = commits.slice(call.commits).filter(({ scope }) => scope === key);
			const last: Commit | undefined = since.at(-1);
			if (emulator.state.activeIn(key).length > 0) this.#untold.delete(key);
			if (!last?.empties || last.by !== call.owner) continue;
			if (outcome.kind === "killed") this.#untold.add(key);
			const told =
				outcome.kind === "ended" && outcome.account.scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const isTold = told === "emptied" || told === "unknown" || told === "unread";
			const isImposed = this.#world.isShown("next", key) || this.#world.isShown("old", key);
			if (outcome.kind !== "killed" && !isTold && !isImposed && !call.late)
				this.#violated(`${call.verb} left ${key} empty and says: ${told}`);
		}
		// What a window that died could not tell, the next end of the rotation does.
		if (outcome.kind !== "ended" || !outcome.account.ended || call.late) return;
		for (const key of this.#untold) {
			const told = outcome.account.scopes.some(({ scope }) => keyOf(scope) === key);
			if (!told && this.#planned(call, key) && !this.#isDisturbed(call, key))
				this.#violated(`${call.verb} is over, and does not tell that ${key} is empty`);
			this.#untold.delete(key);
		}
	}

	/** Whether somebody else changed the two there meanwhile, or lists were late. */
	#isDisturbed(call: Call, key: string): boolean {
		const { commits, setting } = this.#world;
		const matters = ({ scope }: Commit) =>
			scope === null || scope === key || (setting.inherits && scope === "organization");
		return call.late || commits.slice(call.commits).some((each) => each.by !== call.owner && matters(each));
	}

	#sentTo(call: Call, key: string): boolean {
		return this.#ours(call).some((each) => each.method === "POST" && scopeIn(each) === key);
	}

	#planned({ confirmed }: Call, key: string) {
		return confirmed.plan?.scopes.find(({ scope }) => keyOf(scope) === key);
	}

	#isActivation(exchange: Exchange | undefined, scope: string, id: string): boolean {
		if (!exchange || !isOf("activate", exchange.operation) || scopeIn(exchange) !== scope) return false;
		return idsIn(exchange).join() === id;
	}

	#isRead(exchange: Exchange | undefined, scope: string): boolean {
		return exchange !== undefined && isOf("read", exchange.operation) && scopeIn(exchange) === scope;
	}

	#succeeded(exchange: Exchange | undefined): boolean {
		return exchange?.status === 200 && !this.#world.struck.has(exchange);
	}

	#roleOf(id: string | undefined): string {
		return Object.entries(this.#world.ids).find(([, each]) => each === id)?.[0] ?? "another one";
	}

	#violated(what: string): void {
		this.violations.push(what);
	}
}

/** As the emulator names it. */
export function keyOf(scope: Scope): string {
	return scope.kind === "organization" ? ORGANIZATION.kind : scope.id;
}

function idsIn({ requestBody }: Exchange): readonly string[] {
	return (JSON.parse(requestBody) as { certificate_ids: string[] }).certificate_ids;
}

function activeIn({ responseBody }: Exchange): readonly string[] {
	const { data } = JSON.parse(responseBody) as { data: { id: string; active: boolean }[] };
	return data.filter(({ active }) => active).map(({ id }) => id);
}
