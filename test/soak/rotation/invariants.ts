// Checks that the safety rule is kept, and that every report to the user is true.

import type { ScopeResult } from "../../../src/features/activation/activation.ts";
import type { RotationSnapshot } from "../../../src/features/rotation/rotation.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import type { RotationResult, SwitchoverResult } from "../../../src/features/rotation/rotationResult.ts";
import type { StartResult } from "../../../src/features/rotation/startRotation.ts";
import type { Exchange } from "../../emulator/record.ts";
import {
	emulatorScope,
	exchangesDuring,
	findPlannedScope,
	hasSucceeded,
	isActivation,
	isRead,
	listedActiveIds,
	type RotationCall,
	type RotationOutcome,
	requestedIds,
} from "./calls.ts";
import { type CertificateInScope, isOperationOf } from "./faults.ts";
import { findViolation } from "./safetyRule.ts";
import { type Commit, exchangeScope, type RotationWorld } from "./world.ts";

type Role = CertificateInScope["certificate"];

export class RotationValidator {
	readonly violations: string[] = [];
	readonly #world: RotationWorld;
	/** Scopes that a window emptied without a report, because it crashed. */
	readonly #unreportedEmpty = new Set<string>();

	constructor(world: RotationWorld) {
		this.#world = world;
	}

	/** Checks what the user is shown, provided that nothing changed meanwhile. */
	validateSnapshot({ scopes, plan }: RotationSnapshot, owner: string): void {
		for (const key of this.#world.scopes) {
			if ([key, "organization"].some((each) => this.#isHidden({ owner }, each))) continue;
			const shown = scopes.find(({ scope }) => emulatorScope(scope) === key);
			const isOwn = this.#world.isActive("old", key);
			// A list may or may not show a certificate that is active by the organization only.
			const mayBe = (role: Role, active: boolean) =>
				[this.#world.isActive(role, key), this.#world.isListedActive(role, key)].includes(active);
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
	validatePlan(call: RotationCall, plan: RotationPlan): void {
		const keys = plan.scopes.map(({ scope }) => emulatorScope(scope));
		for (const { scope, nextWasActive } of plan.scopes) {
			const confirmed = call.confirmed.scopes.find((each) => emulatorScope(each.scope) === emulatorScope(scope));
			if (confirmed && !confirmed.planned && confirmed.next !== nextWasActive)
				this.#addViolation(
					`the plan says of ${emulatorScope(scope)} that the new one was active there: ${nextWasActive}`,
				);
		}
		for (const each of exchangesDuring(this.#world, call))
			if (isOperationOf("activate", each.operation) && !keys.includes(exchangeScope(each)))
				this.#addViolation(`${exchangeScope(each)} is not in the plan, and the new one was activated there`);
	}

	/** Checks a call after its end. */
	validateOutcome(call: RotationCall, outcome: RotationOutcome): void {
		const sent = exchangesDuring(this.#world, call);
		for (const [index, exchange] of sent.entries()) {
			const violation = findViolation(this.#world, call, sent, index, outcome.kind === "killed");
			if (violation) this.#addViolation(`${call.verb} sent ${exchange.method} ${exchange.path}: ${violation}`);
		}
		this.#validateReads(call, sent);
		if (outcome.kind === "failed" || outcome.kind === "cancelled")
			for (const { method, path } of sent)
				if (method !== "GET") this.#addViolation(`${call.verb} says that nothing was done, and sent ${path}`);
		if (outcome.kind === "started") this.#validateStart(call, outcome.result);
		if (outcome.kind === "ended") this.#validateEnd(call, outcome.result);
		this.#validateEmptied(call, outcome);
	}

	/** Checks that nothing was changed before every list was read completely. */
	#validateReads(call: RotationCall, sent: readonly Exchange[]): void {
		const first = sent.findIndex(({ method }) => method !== "GET");
		if (first < 0) return;
		const reads = sent.slice(0, first);
		const lists = this.#world.scopes.map((key) => reads.findLast((each) => isRead(each, key)));
		for (const each of [...lists, reads.findLast(({ operation }) => operation === "projects")])
			if (!each || this.#world.disruptedExchanges.has(each))
				this.#addViolation(`${call.verb} went on without a whole list`);
	}

	#validateStart(call: RotationCall, { plan, scopes }: StartResult): void {
		if (plan.next.id !== this.#world.ids.next) this.#addViolation("the plan is another one's");
		for (const result of scopes) this.#validateScope(call, result);
	}

	#validateScope(call: RotationCall, { scope, changed, failed, notTried, lockedOut }: ScopeResult): void {
		const key = emulatorScope(scope);
		// For the organization, a 401 by a fault looks like a lockout.
		if (lockedOut && key !== "organization") this.#addViolation(`start says that ${key} shut it out`);
		if (notTried.length > 0 && this.#hasSentTo(call, key)) this.#addViolation(`start says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const isActive = this.#world.isListedActive("next", key);
		if (changed.length > 0 && !isActive) this.#addViolation(`start says that the new one is active in ${key}`);
		if (failed.length > 0 && isActive) this.#addViolation(`start says that the new one is not active in ${key}`);
	}

	#validateEnd(call: RotationCall, { scopes, ended, deleted }: RotationResult): void {
		for (const result of scopes) this.#validateSwitchover(call, result);
		const keys = scopes.map(({ scope }) => emulatorScope(scope));
		if (new Set(keys).size < keys.length) this.#addViolation(`${call.verb} tells twice of one scope`);
		const isGone = deleted && !this.#world.isStored("old");
		if (ended && !isGone && scopes.some(({ outcome }) => !["done", "kept", "returned", "neither"].includes(outcome)))
			this.#addViolation(`${call.verb} is over though a scope failed`);
		for (const { scope, old, planned } of call.confirmed.scopes)
			if ((call.verb === "undo" ? planned : old === "active") && !isGone && !keys.includes(emulatorScope(scope)))
				this.#addViolation(`${call.verb} does not tell of ${emulatorScope(scope)}`);
		this.#validateKnowledge(call, scopes, ended && !isGone);
		const since = this.#world.commits.slice(call.commitCount);
		if (deleted && this.#world.isStored("old")) this.#addViolation("the old one is said to be deleted");
		if (!deleted && !call.listsMayBeLate && since.some(({ scope, by }) => scope === null && by === call.owner))
			this.#addViolation("the old one was deleted, and nobody was told");
		for (const key of this.#world.scopes) {
			if (this.#isDisturbed(call, key)) continue;
			if (call.verb === "finish" && ended && this.#world.isActive("old", key))
				this.#addViolation(`finish is over, and the old one is active in ${key}`);
			const planned = findPlannedScope(call, key);
			if (!ended || !planned) continue;
			const outcome = scopes.find(({ scope }) => emulatorScope(scope) === key)?.outcome;
			const stays = call.verb === "finish" ? "next" : "old";
			if (!this.#world.isListedActive(stays, key) && outcome !== "neither")
				this.#addViolation(`${call.verb} is over, and the ${stays} one is not active in ${key}`);
			if (call.verb === "undo" && !planned.nextWasActive && this.#world.isActive("next", key))
				this.#addViolation(`undo is over, and the new one is active in ${key}`);
		}
	}

	/** Checks that what was read supports each reported outcome. */
	#validateKnowledge(call: RotationCall, scopes: readonly SwitchoverResult[], ended: boolean): void {
		const sent = exchangesDuring(this.#world, call);
		for (const key of this.#world.scopes) {
			const outcome = scopes.find(({ scope }) => emulatorScope(scope) === key)?.outcome;
			const deactivationIndex = sent.findIndex(
				(each) => isOperationOf("deactivate", each.operation) && exchangeScope(each) === key,
			);
			const reads = sent.filter(
				(each, index) => index > deactivationIndex && isRead(each, key) && hasSucceeded(this.#world, each),
			);
			const isAnswered = hasSucceeded(this.#world, sent[deactivationIndex]);
			let readBackIndex = deactivationIndex + 1;
			while (isRead(sent[readBackIndex], key) && !hasSucceeded(this.#world, sent[readBackIndex])) readBackIndex++;
			const isReadBack = isRead(sent[readBackIndex], key);
			if (outcome === "done" && deactivationIndex >= 0 && !isAnswered && !isReadBack)
				this.#addViolation(`${call.verb} says of ${key} that it is done, and does not know`);
			const isReactivated =
				deactivationIndex >= 0 &&
				sent
					.slice(deactivationIndex)
					.some((each) => isActivation(each, key, requestedIds(sent[deactivationIndex] as Exchange).join()));
			if (isReactivated && outcome !== "restored" && outcome !== "emptied")
				this.#addViolation(`${call.verb} took back what it did in ${key}, and says ${outcome}`);
			const lastRead = reads.at(-1);
			if (call.verb !== "finish" || !ended || !lastRead || this.#isObscured(call, key) || call.listsMayBeLate) continue;
			if (listedActiveIds(lastRead).includes(this.#world.ids.old))
				this.#addViolation(`finish is over, and saw the old one in ${key}`);
		}
	}

	#validateSwitchover(call: RotationCall, { scope, outcome }: SwitchoverResult): void {
		const key = emulatorScope(scope);
		if (outcome === "not-tried" && this.#hasSentTo(call, key))
			this.#addViolation(`${call.verb} says that ${key} was not tried`);
		if (this.#isDisturbed(call, key)) return;
		const [from, to]: readonly [Role, Role] = call.verb === "undo" ? ["next", "old"] : ["old", "next"];
		const { isActive, isShown } = {
			isActive: (role: Role) => this.#world.isActive(role, key),
			isShown: (role: Role) => this.#world.isListedActive(role, key),
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
	#validateEmptied(call: RotationCall, outcome: RotationOutcome): void {
		const { commits, scopes, emulator } = this.#world;
		for (const key of scopes) {
			const since = commits.slice(call.commitCount).filter(({ scope }) => scope === key);
			const lastCommit: Commit | undefined = since.at(-1);
			if (emulator.state.activeIn(key).length > 0) this.#unreportedEmpty.delete(key);
			if (!lastCommit?.leavesEmpty || lastCommit.by !== call.owner) continue;
			if (outcome.kind === "killed") this.#unreportedEmpty.add(key);
			const reported =
				outcome.kind === "ended" && outcome.result.scopes.find(({ scope }) => emulatorScope(scope) === key)?.outcome;
			const isReported = reported === "emptied" || reported === "unknown" || reported === "unread";
			const isImposed = this.#world.isListedActive("next", key) || this.#world.isListedActive("old", key);
			if (outcome.kind !== "killed" && !isReported && !isImposed && !call.listsMayBeLate)
				this.#addViolation(`${call.verb} left ${key} empty and says: ${reported}`);
		}
		// The next end of the rotation must report what a crashed window could not.
		if (outcome.kind !== "ended" || !outcome.result.ended || call.listsMayBeLate) return;
		for (const key of this.#unreportedEmpty) {
			const isReported = outcome.result.scopes.some(({ scope }) => emulatorScope(scope) === key);
			if (!isReported && findPlannedScope(call, key) && !this.#isDisturbed(call, key))
				this.#addViolation(`${call.verb} is over, and does not tell that ${key} is empty`);
			this.#unreportedEmpty.delete(key);
		}
	}

	/** True if another client made changes during the call, lists were late, or own writes hide the current state. */
	#isDisturbed(call: RotationCall, key: string): boolean {
		const { commits, setup } = this.#world;
		const matters = ({ scope }: Commit) =>
			scope === null || scope === key || (setup.projectListInherits && scope === "organization");
		if (
			call.listsMayBeLate ||
			this.#isHidden(call, key) ||
			(setup.projectListInherits && this.#isHidden(call, "organization"))
		)
			return true;
		return commits.slice(call.commitCount).some((each) => each.by !== call.owner && matters(each));
	}

	#isObscured(call: RotationCall, key: string): boolean {
		return this.#isHidden(call, key) || (this.#world.setup.projectListInherits && this.#isHidden(call, "organization"));
	}

	/**
	 * True if another client changed a window's write before a list confirmed this write. Because lists may be late, a
	 * window shows its own writes for two minutes.
	 */
	#isHidden({ owner }: Pick<RotationCall, "owner">, key: string): boolean {
		const { commits, emulator } = this.#world;
		return commits.some((own, index) => {
			if (own.by !== owner || own.scope !== key) return false;
			const read = emulator.exchanges.findIndex(
				(each, at) =>
					at >= own.exchangeCount &&
					each.requestHeaders["user-agent"] === owner &&
					isRead(each, key) &&
					hasSucceeded(this.#world, each) &&
					!this.#world.exchangesWithLateLists.has(each),
			);
			return commits
				.slice(index + 1)
				.some(
					({ by, scope, id, exchangeCount }) =>
						by !== owner && scope === key && id === own.id && (read < 0 || exchangeCount <= read),
				);
		});
	}

	/** True if the last change of a certificate in a scope is a deactivation by the call. */
	#hasDeactivated({ commitCount, owner }: RotationCall, key: string, id: string): boolean {
		const last = this.#world.commits.slice(commitCount).findLast((each) => each.scope === key && each.id === id);
		return last?.by === owner && !last.active;
	}

	#hasSentTo(call: RotationCall, key: string): boolean {
		return exchangesDuring(this.#world, call).some((each) => each.method === "POST" && exchangeScope(each) === key);
	}

	#addViolation(violation: string): void {
		this.violations.push(violation);
	}
}
