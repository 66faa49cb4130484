// Checks that the safety rule is kept, and that every report to the user is true.

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
	/** Scopes that a window emptied without a report, because it crashed. */
	readonly #unreportedEmpty = new Set<string>();

	constructor(world: World) {
		this.#world = world;
	}

	/** Checks what the user is shown, provided that nothing changed meanwhile. */
	judgeLook({ scopes, plan }: RotationSnapshot, owner: string): void {
		for (const key of this.#world.scopes) {
			if ([key, "organization"].some((each) => this.#isHidden({ owner }, each))) continue;
			const shown = scopes.find(({ scope }) => keyOf(scope) === key);
			const isOwn = this.#world.isActive("old", key);
			// A list may or may not show a certificate that is active by the organization only.
			const mayBe = (role: Role, active: boolean) =>
				[this.#world.isActive(role, key), this.#world.isShown(role, key)].includes(active);
			const isTrue = shown?.planned
				? mayBe("old", shown.old === "active")
				: !shown || shown.old === "inactive"
					? !isOwn
					: shown.old === "unclear" || isOwn;
			if (!isTrue) this.#addViolation(`the old one is said to be ${shown?.old} in ${key}`);
			if (shown && !mayBe("next", shown.next))
				this.#addViolation(`the new one is said to be active in ${key}: ${shown.next}`);
			if (!plan && shown?.planned) this.#addViolation(`${key} is planned without a plan`);
		}
	}

	/** Checks the plan recorded by a start. */
	judgePlan(call: Call, plan: RotationPlan): void {
		const keys = plan.scopes.map(({ scope }) => keyOf(scope));
		for (const { scope, nextWasActive } of plan.scopes) {
			const confirmed = call.confirmed.scopes.find((each) => keyOf(each.scope) === keyOf(scope));
			if (confirmed && !confirmed.planned && confirmed.next !== nextWasActive)
				this.#addViolation(`the plan says of ${keyOf(scope)} that the new one was active there: ${nextWasActive}`);
		}
		for (const each of oursOf(this.#world, call))
			if (isOf("activate", each.operation) && !keys.includes(scopeIn(each)))
				this.#addViolation(`${scopeIn(each)} is not in the plan, and the new one was activated there`);
	}

	/** Checks a call after its end. */
	judge(call: Call, outcome: Outcome): void {
		const sent = oursOf(this.#world, call);
		for (const [index, exchange] of sent.entries()) {
			const violation = breach(this.#world, call, sent, index, outcome.kind === "killed");
			if (violation) this.#addViolation(`${call.verb} sent ${exchange.method} ${exchange.path}: ${violation}`);
		}
		this.#validateReads(call, sent);
		if (outcome.kind === "failed" || outcome.kind === "cancelled")
			for (const { method, path } of sent)
				if (method !== "GET") this.#addViolation(`${call.verb} says that nothing was done, and sent ${path}`);
		if (outcome.kind === "started") this.#validateStart(call, outcome.account);
		if (outcome.kind === "ended") this.#validateEnd(call, outcome.account);
		this.#validateEmptied(call, outcome);
	}

	/** Checks that nothing was changed before every list was read completely. */
	#validateReads(call: Call, sent: readonly Exchange[]): void {
		const first = sent.findIndex(({ method }) => method !== "GET");
		if (first < 0) return;
		const reads = sent.slice(0, first);
		const lists = this.#world.scopes.map((key) => reads.findLast((each) => isRead(each, key)));
		for (const each of [...lists, reads.findLast(({ operation }) => operation === "projects")])
			if (!each || this.#world.struck.has(each)) this.#addViolation(`${call.verb} went on without a whole list`);
	}

	#validateStart(call: Call, { plan, scopes }: StartResult): void {
		if (plan.next.id !== this.#world.ids.next) this.#addViolation("the plan is another one's");
		for (const result of scopes) this.#validateScope(call, result);
	}

	#validateScope(call: Call, { scope, changed, failed, notTried, lockedOut }: ScopeResult): void {
		const key = keyOf(scope);
		// For the organization, a 401 by a fault looks like a lockout.
		if (lockedOut && key !== "organization") this.#addViolation(`start says that ${key} shut it out`);
		if (notTried.length > 0 && this.#hasSentTo(call, key)) this.#addViolation(`start says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const isActive = this.#world.isShown("next", key);
		if (changed.length > 0 && !isActive) this.#addViolation(`start says that the new one is active in ${key}`);
		if (failed.length > 0 && isActive) this.#addViolation(`start says that the new one is not active in ${key}`);
	}

	#validateEnd(call: Call, { scopes, ended, removed: deleted }: RotationResult): void {
		for (const result of scopes) this.#validateSwitchover(call, result);
		const keys = scopes.map(({ scope }) => keyOf(scope));
		if (new Set(keys).size < keys.length) this.#addViolation(`${call.verb} tells twice of one scope`);
		const isGone = deleted && !this.#world.isStored("old");
		if (ended && !isGone && scopes.some(({ outcome }) => !["done", "kept", "returned", "neither"].includes(outcome)))
			this.#addViolation(`${call.verb} is over though a scope failed`);
		for (const { scope, old, planned } of call.confirmed.scopes)
			if ((call.verb === "undo" ? planned : old === "active") && !isGone && !keys.includes(keyOf(scope)))
				this.#addViolation(`${call.verb} does not tell of ${keyOf(scope)}`);
		this.#validateKnowledge(call, scopes, ended && !isGone);
		const since = this.#world.commits.slice(call.commits);
		if (deleted && this.#world.isStored("old")) this.#addViolation("the old one is said to be deleted");
		if (!deleted && !call.late && since.some(({ scope, by }) => scope === null && by === call.owner))
			this.#addViolation("the old one was deleted, and nobody was told");
		for (const key of this.#world.scopes) {
			if (this.#isDisturbed(call, key)) continue;
			if (call.verb === "finish" && ended && this.#world.isActive("old", key))
				this.#addViolation(`finish is over, and the old one is active in ${key}`);
			const planned = plannedIn(call, key);
			if (!ended || !planned) continue;
			const outcome = scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const stays = call.verb === "finish" ? "next" : "old";
			if (!this.#world.isShown(stays, key) && outcome !== "neither")
				this.#addViolation(`${call.verb} is over, and the ${stays} one is not active in ${key}`);
			if (call.verb === "undo" && !planned.nextWasActive && this.#world.isActive("next", key))
				this.#addViolation(`undo is over, and the new one is active in ${key}`);
		}
	}

	/** Checks that what was read supports each reported outcome. */
	#validateKnowledge(call: Call, scopes: readonly SwitchoverResult[], ended: boolean): void {
		const sent = oursOf(this.#world, call);
		for (const key of this.#world.scopes) {
			const outcome = scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const deactivationIndex = sent.findIndex((each) => isOf("deactivate", each.operation) && scopeIn(each) === key);
			const reads = sent.filter(
				(each, index) => index > deactivationIndex && isRead(each, key) && succeeded(this.#world, each),
			);
			const isAnswered = succeeded(this.#world, sent[deactivationIndex]);
			let readBackIndex = deactivationIndex + 1;
			while (isRead(sent[readBackIndex], key) && !succeeded(this.#world, sent[readBackIndex])) readBackIndex++;
			const isReadBack = isRead(sent[readBackIndex], key);
			if (outcome === "done" && deactivationIndex >= 0 && !isAnswered && !isReadBack)
				this.#addViolation(`${call.verb} says of ${key} that it is done, and does not know`);
			const isReactivated =
				deactivationIndex >= 0 &&
				sent
					.slice(deactivationIndex)
					.some((each) => isActivation(each, key, idsIn(sent[deactivationIndex] as Exchange).join()));
			if (isReactivated && outcome !== "restored" && outcome !== "emptied")
				this.#addViolation(`${call.verb} took back what it did in ${key}, and says ${outcome}`);
			const lastRead = reads.at(-1);
			if (call.verb !== "finish" || !ended || !lastRead || this.#isObscured(call, key) || call.late) continue;
			if (activeIn(lastRead).includes(this.#world.ids.old))
				this.#addViolation(`finish is over, and saw the old one in ${key}`);
		}
	}

	#validateSwitchover(call: Call, { scope, outcome }: SwitchoverResult): void {
		const key = keyOf(scope);
		if (outcome === "not-tried" && this.#hasSentTo(call, key))
			this.#addViolation(`${call.verb} says that ${key} was not tried`);
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
			failed: !this.#hasDeactivated(call, key, this.#world.ids[from]),
			unread: !isActive(from),
			unknown: true,
			restored: isActive(from),
			emptied: true,
			neither: !isShown(from) && !isShown(to),
			"not-tried": true,
		}[outcome];
		if (!isTrue) this.#addViolation(`${call.verb} says of ${key}: ${outcome}`);
	}

	/** Checks that every scope emptied by a window is reported. */
	#validateEmptied(call: Call, outcome: Outcome): void {
		const { commits, scopes, emulator } = this.#world;
		for (const key of scopes) {
			const since = commits.slice(call.commits).filter(({ scope }) => scope === key);
			const lastCommit: Commit | undefined = since.at(-1);
			if (emulator.state.activeIn(key).length > 0) this.#unreportedEmpty.delete(key);
			if (!lastCommit?.empties || lastCommit.by !== call.owner) continue;
			if (outcome.kind === "killed") this.#unreportedEmpty.add(key);
			const reported =
				outcome.kind === "ended" && outcome.account.scopes.find(({ scope }) => keyOf(scope) === key)?.outcome;
			const isReported = reported === "emptied" || reported === "unknown" || reported === "unread";
			const isImposed = this.#world.isShown("next", key) || this.#world.isShown("old", key);
			if (outcome.kind !== "killed" && !isReported && !isImposed && !call.late)
				this.#addViolation(`${call.verb} left ${key} empty and says: ${reported}`);
		}
		// The next end of the rotation must report what a crashed window could not.
		if (outcome.kind !== "ended" || !outcome.account.ended || call.late) return;
		for (const key of this.#unreportedEmpty) {
			const isReported = outcome.account.scopes.some(({ scope }) => keyOf(scope) === key);
			if (!isReported && plannedIn(call, key) && !this.#isDisturbed(call, key))
				this.#addViolation(`${call.verb} is over, and does not tell that ${key} is empty`);
			this.#unreportedEmpty.delete(key);
		}
	}

	/** True if another client made changes during the call, lists were late, or own writes hide the current state. */
	#isDisturbed(call: Call, key: string): boolean {
		const { commits, setting: setup } = this.#world;
		const matters = ({ scope }: Commit) =>
			scope === null || scope === key || (setup.inherits && scope === "organization");
		if (call.late || this.#isHidden(call, key) || (setup.inherits && this.#isHidden(call, "organization"))) return true;
		return commits.slice(call.commits).some((each) => each.by !== call.owner && matters(each));
	}

	#isObscured(call: Call, key: string): boolean {
		return this.#isHidden(call, key) || (this.#world.setting.inherits && this.#isHidden(call, "organization"));
	}

	/**
	 * True if another client changed a window's write before a list confirmed this write. Because lists may be late, a
	 * window shows its own writes for two minutes.
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
				.some(
					({ by, scope, id, at: exchangeCount }) =>
						by !== owner && scope === key && id === own.id && (read < 0 || exchangeCount <= read),
				);
		});
	}

	/** True if the last change of a certificate in a scope is a deactivation by the call. */
	#hasDeactivated({ commits: commitCount, owner }: Call, key: string, id: string): boolean {
		const last = this.#world.commits.slice(commitCount).findLast((each) => each.scope === key && each.id === id);
		return last?.by === owner && !last.active;
	}

	#hasSentTo(call: Call, key: string): boolean {
		return oursOf(this.#world, call).some((each) => each.method === "POST" && scopeIn(each) === key);
	}

	#addViolation(violation: string): void {
		this.violations.push(violation);
	}
}
