import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import {
	type EndRequest,
	type FinishRequest,
	finishRotation,
	undoRotation,
} from "../../../../src/features/rotation/finishOrUndoRotation.ts";
import {
	prepareRotation,
	type RotationPair,
	type RotationSnapshot,
} from "../../../../src/features/rotation/rotation.ts";
import { RotationPlanStore } from "../../../../src/features/rotation/rotationPlanStore.ts";
import type { RotationResult } from "../../../../src/features/rotation/rotationResult.ts";
import { type StartRequest, startRotation } from "../../../../src/features/rotation/startRotation.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { FakeAdminApi, type Fault, fakeOrganization, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

/** Seconds. */
export const DAY = 86_400;
/** The time of all steps, Unix seconds. */
export const AT = 1000 * DAY;

/** The scopes of two projects. */
export const [p, q] = [projectScope("p"), projectScope("q")];

/**
 * An organization with the certificates `old`, `next` and `third`, and with two projects, one of them archived, to rotate
 * from `old` to `next`.
 */
export class RotationFixture {
	readonly organizationRef = randomUUID();
	readonly folder = temporaryFolder("rotation");
	readonly fake = new FakeAdminApi(
		Object.entries({ old: 20, next: 500, third: 900 }).map(([id, days]) =>
			certificate(id, { validAt: AT - DAY, expiresAt: AT + days * DAY }),
		),
		[project("p"), project("q", { archived: true })],
	);
	/** The readable contents, by the certificate's id. */
	readonly contents = new Map<string, ParsedCertificate>();
	/** Unix milliseconds. */
	now = AT * 1000;
	#isInStep = false;
	/** The current window. */
	deps = this.openWindow();

	/** Opens a window. */
	openWindow() {
		return {
			organization: fakeOrganization(this.fake),
			plans: this.openPlans(),
			readContent: async (id: string) => this.contents.get(id) ?? null,
			now: () => this.now,
		};
	}

	/** Opens the stored plans, as another window does. */
	openPlans(): RotationPlanStore {
		return new RotationPlanStore(this.folder.path, new FileLocks(join(this.folder.path, "locks")), () => this.now);
	}

	/** Continues in another window, or in this window after a restart. */
	reopen(): void {
		this.deps = this.openWindow();
	}

	get organization() {
		return this.deps.organization;
	}

	get plans(): RotationPlanStore {
		return this.deps.plans;
	}

	activate(id: string, ...scopes: readonly Scope[]): void {
		for (const scope of scopes) this.fake.activeIn(scope).add(id);
	}

	activeIn(scope: Scope): string {
		return [...this.fake.activeIn(scope)].sort().join();
	}

	failAt(calls: Readonly<Record<string, Fault>>): void {
		this.fake.faultFor = (call) => calls[call];
	}

	/**
	 * Does something before a scope is read for the nth time since a step began: first to compare with the confirmed
	 * state, second right before a change, third right after a switchover.
	 */
	beforeRead(nth: number, scope: Scope, act: () => unknown): void {
		const read = `list ${scopeKey(scope)}`;
		this.fake.beforeCall = (call) => {
			const count = this.fake.calls.filter((each) => each === read).length;
			return this.#isInStep && call === read && count === nth ? act() : undefined;
		};
	}

	/** Makes the lists of a scope incomplete. @param certificates The part to list. */
	listOnly(scope: Scope, ...certificates: readonly Certificate[]): void {
		this.fake.listOverrides.set(scopeKey(scope), { ...listing(...certificates), complete: false });
	}

	/** Whether a certificate is active, as the lists of this window show. */
	shown(id: string, scope: Scope): boolean | undefined {
		const { certificates, projects } = this.organization;
		const list = scope.kind === "project" ? projects.scope(scope.id).listing : certificates.listing;
		return list?.certificates.find((each) => each.id === id)?.active;
	}

	async start(overrides: Partial<StartRequest> = {}, signal?: AbortSignal) {
		const confirmed = await this.#confirm();
		return startRotation(this.deps, { confirmed, unclear: "inherited", soonDays: 30, ...overrides }, signal);
	}

	async finish(overrides: Partial<FinishRequest> = {}, signal?: AbortSignal): Promise<RotationResult> {
		const confirmed = await this.#confirm();
		const request = { confirmed, deleteOld: false, hasSelfAccess: async () => true, ...overrides };
		return finishRotation(this.deps, request, signal);
	}

	async undo(overrides: Partial<EndRequest> = {}, signal?: AbortSignal): Promise<RotationResult> {
		const confirmed = await this.#confirm();
		return undoRotation(this.deps, { confirmed, hasSelfAccess: async () => true, ...overrides }, signal);
	}

	async planCount(): Promise<number> {
		return (await this.plans.read()).length;
	}

	/** Reads the state to confirm before a step. */
	prepare(overrides: Partial<RotationPair> = {}): Promise<RotationSnapshot> {
		const { organizationRef } = this;
		return prepareRotation(this.deps, { organizationRef, oldId: "old", nextId: "next", ...overrides });
	}

	/** Like `prepare`, then forgets the calls so far. */
	async #confirm(): Promise<RotationSnapshot> {
		this.#isInStep = false;
		const confirmed = await this.prepare();
		this.fake.calls.length = 0;
		this.#isInStep = true;
		return confirmed;
	}
}

/** Returns each scope with its outcome. */
export function outcomes({ scopes }: RotationResult): readonly string[] {
	return scopes.map(({ scope, outcome }) => `${scopeKey(scope)} ${outcome}`);
}
