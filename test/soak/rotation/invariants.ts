// Whether the promise was kept, and whether what a person was told is true.

import type { ScopeResult } from "../../../src/features/activation/activation.ts";
import type { RotationSnapshot } from "../../../src/features/rotation/rotation.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import type { RotationResult, SwitchoverResult } from "../../../src/features/rotation/rotationResult.ts";
import type { StartResult } from "../../../src/features/rotation/startRotation.ts";
import type { Exchange } from "../../emulator/record.ts";
import {
	activeIn,
	type Call,
	idsIn,
	isActivation,
	isRead,
	keyOf,
	type Outcome,
	oursOf,
	plannedIn,
	succeeded,
} from "./calls.ts";
import { isOf, type Place } from "./faults.ts";
import { breach } from "./safetyRule.ts";
import { type Commit, scopeIn, type World } from "./world.ts";

type Role = Place["certificate"];

export class Judge {
	readonly violations: string[] = [];
	readonly #world: World;
	/** Scopes that one of us emptied and did not tell of, because its window died. */
	readonly #untold = new Set<string>();

	constructor(world: World) {
		this.#world = world;
	}

	/** Judges what a person is shown, where nobody changed anything meanwhile. */
	judgeLook({ scopes, plan }: RotationSnapshot, owner: string): void {
		for (const key of this.#world.scopes) {
			if ([key, "organization"].some((each) => this.#isHidden({ owner }, each))) continue;
			const told = scopes.find(({ scope }) => keyOf(scope) === key);
			const isOwn = this.#world.isActive("old", key);
			// Of what the organization imposes a list may say either.
			const mayBe = (role: Role, active: boolean) =>
				[this.#world.isActive(role, key), this.#world.isShown(role, key)].includes(active);
			const isTrue = told?.planned
				? mayBe("old", told.old === "active")
				: !told || told.old === "inactive"
					? !isOwn
					: told.old === "unclear" || isOwn;
			if (!isTrue) this.#violated(`the old one is said to be ${told?.old} in ${key}`);
			if (told && !mayBe("next", told.next)) this.#violated(`the new one is said to be active in ${key}: ${told.next}`);
			if (!plan && told?.planned) this.#violated(`${key} is planned without a plan`);
		}
	}

	/** Judges what is written down after a start. */
	judgePlan(call: Call, plan: RotationPlan): void {
		const keys = plan.scopes.map(({ scope }) => keyOf(scope));
		for (const { scope, nextWasActive } of plan.scopes) {
			const told = call.confirmed.scopes.find((each) => keyOf(each.scope) === keyOf(scope));
			if (told && !told.planned && told.next !== nextWasActive)
				this.#violated(`the plan says of ${keyOf(scope)} that the new one was active there: ${nextWasActive}`);
		}
		for (const each of oursOf(this.#world, call))
			if (isOf("activate", each.operation) && !keys.includes(scopeIn(each)))
				this.#violated(`${scopeIn(each)} is not in the plan, and the new one was activated there`);
	}

	/** Judges one call, once it is over. */
	judge(call: Call, outcome: Outcome): void {
		const ours = oursOf(this.#world, call);
		for (const [index, exchange] of ours.entries()) {
			const broken = breach(this.#world, call, ours, index, outcome.kind === "killed");
			if (broken) this.#violated(`${call.verb} sent ${exchange.method} ${exchange.path}: ${broken}`);
		}
		this.#judgeReading(call, ours);
		if (outcome.kind === "failed" || outcome.kind === "cancelled")
			for (const { method, path } of ours)
				if (method !== "GET") this.#violated(`${call.verb} says that nothing was done, and sent ${path}`);
		if (outcome.kind === "started") this.#judgeStart(call, outcome.account);
		if (outcome.kind === "ended") this.#judgeEnd(call, outcome.account);
		this.#judgeEmptied(call, outcome);
	}

	/** That nothing is changed unless everything was read as a whole. */
	#judgeReading(call: Call, ours: readonly Exchange[]): void {
		const first = ours.findIndex(({ method }) => method !== "GET");
		if (first < 0) return;
		const read = ours.slice(0, first);
		const lists = this.#world.scopes.map((key) => read.findLast((each) => isRead(each, key)));
		for (const each of [...lists, read.findLast(({ operation }) => operation === "projects")])
			if (!each || this.#world.struck.has(each)) this.#violated(`${call.verb} went on without a whole list`);
	}

	#judgeStart(call: Call, { plan, scopes }: StartResult): void {
		if (plan.next.id !== this.#world.ids.next) this.#violated("the plan is another one's");
		for (const account of scopes) this.#judgeScope(call, account);
	}

	#judgeScope(call: Call, { scope, changed, failed, notTried, lockedOut }: ScopeResult): void {
		const key = keyOf(scope);
		// A 401 where a fault made one cannot be told from being shut out.
		if (lockedOut && key !== "organization") this.#violated(`start says that ${key} shut it out`);
		if (notTried.length > 0 && this.#sentTo(call, key)) this.#violated(`start says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const isActive = this.#world.isShown("next", key);
		if (changed.length > 0 && !isActive) this.#violated(`start says that the new one is active in ${key}`);
		if (failed.length > 0 && isActive) this.#violated(`start says that the new one is not active in ${key}`);
	}

	#judgeEnd(call: Call, { scopes, ended, removed }: RotationResult): void {
		for (const account of scopes) this.#judgeHandOver(call, account);
		const keys = scopes.map(({ scope }) => keyOf(scope));
		if (new Set(keys).size < keys.length) this.#violated(`${call.verb} tells twice of one scope`);
		const isGone = removed && !this.#world.isStored("old");
		if (ended && !isGone && scopes.some(({ outcome }) => !["done", "kept", "returned", "neither"].includes(outcome)))
			this.#violated(`${call.verb} is over though a scope failed`);
		for (const { scope, old, planned } of call.confirmed.scopes)
			if ((call.verb === "undo" ? planned : old === "active") && !isGone && !keys.includes(keyOf(scope)))
				this.#violated(`${call.verb} does not tell of ${keyOf(scope)}`);
		this.#judgeKnowledge(call, scopes, ended && !isGone);
		const since = this.#world.commits.slice(call.commits);
		if (removed && this.#world.isStored("old")) this.#violated("the old one is said to be deleted");
		if (!removed && !call.late && since.some(({ scope, by }) => scope === null && by === call.owner))
			this.#violated("the old one was deleted, and nobody was told");
		for (const key of this.#world.scopes) {
			if (this.#isDisturbed(call, key)) continue;
			if (call.verb === "finish" && ended && this.#world.isActive("old", key))
				this.#violated(`finish is over, and the old one is active in ${key}`);
			const planned = plannedIn(call, key);
			if (!ended || !planned) continue;
			const outcome = scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const stays = call.verb === "finish" ? "next" : "old";
			if (!this.#world.isShown(stays, key) && outcome !== "neither")
				this.#violated(`${call.verb} is over, and the ${stays} one is not active in ${key}`);
			if (call.verb === "undo" && !planned.nextWasActive && this.#world.isActive("next", key))
				this.#violated(`undo is over, and the new one is active in ${key}`);
		}
	}

	/** Whether what is told is known by what was read. */
	#judgeKnowledge(call: Call, scopes: readonly SwitchoverResult[], ended: boolean): void {
		const ours = oursOf(this.#world, call);
		for (const key of this.#world.scopes) {
			const outcome = scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const at = ours.findIndex((each) => isOf("deactivate", each.operation) && scopeIn(each) === key);
			const reads = ours.filter((each, index) => index > at && isRead(each, key) && succeeded(this.#world, each));
			const isAnswered = succeeded(this.#world, ours[at]);
			let back = at + 1;
			while (isRead(ours[back], key) && !succeeded(this.#world, ours[back])) back++;
			const isReadBack = isRead(ours[back], key);
			if (outcome === "done" && at >= 0 && !isAnswered && !isReadBack)
				this.#violated(`${call.verb} says of ${key} that it is done, and does not know`);
			const isBack =
				at >= 0 && ours.slice(at).some((each) => isActivation(each, key, idsIn(ours[at] as Exchange).join()));
			if (isBack && outcome !== "restored" && outcome !== "emptied")
				this.#violated(`${call.verb} took back what it did in ${key}, and says ${outcome}`);
			const last = reads.at(-1);
			if (call.verb !== "finish" || !ended || !last || this.#isObscured(call, key) || call.late) continue;
			if (activeIn(last).includes(this.#world.ids.old)) this.#violated(`finish is over, and saw the old one in ${key}`);
		}
	}

	#judgeHandOver(call: Call, { scope, outcome }: SwitchoverResult): void {
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
			returned: isShown("old") && isShown("next"),
			"not-returned": true,
			failed: !this.#hasTaken(call, key, this.#world.ids[from]),
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
			if (!told && plannedIn(call, key) && !this.#isDisturbed(call, key))
				this.#violated(`${call.verb} is over, and does not tell that ${key} is empty`);
			this.#untold.delete(key);
		}
	}

	/** Whether somebody else changed the two there meanwhile, or lists were late, or it is a window's own write that it shows. */
	#isDisturbed(call: Call, key: string): boolean {
		const { commits, setting } = this.#world;
		const matters = ({ scope }: Commit) =>
			scope === null || scope === key || (setting.inherits && scope === "organization");
		if (call.late || this.#isHidden(call, key) || (setting.inherits && this.#isHidden(call, "organization")))
			return true;
		return commits.slice(call.commits).some((each) => each.by !== call.owner && matters(each));
	}

	#isObscured(call: Call, key: string): boolean {
		return this.#isHidden(call, key) || (this.#world.setting.inherits && this.#isHidden(call, "organization"));
	}

	/**
	 * Whether others changed there what this window had written, before a list confirmed that to it: lists may be late, so
	 * that its own word counts for two minutes.
	 */
	#isHidden({ owner }: Pick<Call, "owner">, key: string): boolean {
		const { commits, emulator } = this.#world;
		return commits.some((own, index) => {
			if (own.by !== owner || own.scope !== key) return false;
			const read = emulator.exchanges.findIndex(
				(each, at) =>
					at >= own.at &&
					each.requestHeaders["user-agent"] === owner &&
					isRead(each, key) &&
					succeeded(this.#world, each) &&
					!this.#world.lateFor.has(each),
			);
			return commits
				.slice(index + 1)
				.some(({ by, scope, id, at }) => by !== owner && scope === key && id === own.id && (read < 0 || at <= read));
		});
	}

	/** Whether it deactivated a certificate in a scope, and that is how it is. */
	#hasTaken({ commits, owner }: Call, key: string, id: string): boolean {
		const last = this.#world.commits.slice(commits).findLast((each) => each.scope === key && each.id === id);
		return last?.by === owner && !last.active;
	}

	#sentTo(call: Call, key: string): boolean {
		return oursOf(this.#world, call).some((each) => each.method === "POST" && scopeIn(each) === key);
	}

	#violated(what: string): void {
		this.violations.push(what);
	}
}
