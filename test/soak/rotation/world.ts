// Simulates a machine with two windows, an organization with projects, and another administrator.
import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import type { RotationDeps, RotationPair } from "../../../src/features/rotation/rotation.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../src/openai/httpTransport.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { ArmedFault } from "../../emulator/faults.ts";
import type { Exchange } from "../../emulator/record.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { fakeReader } from "../../unit/fakes/certificatesApi.ts";
import { directNetwork } from "../../unit/openai/network/directNetwork.ts";
import { START_TIME } from "../startTime.ts";
import { CrashingPlanStore } from "./crashingPlanStore.ts";
import { type CertificateInScope, isOperationOf, type RotationDisruption, type RotationEvent } from "./faults.ts";

/** The initial state of a scope. */
export interface InitialState {
	readonly old: boolean;
	readonly next: boolean;
	readonly third: boolean;
	/** Only for projects. */
	readonly archived: boolean;
}

export interface OrganizationSetup {
	readonly organization: InitialState;
	readonly projects: readonly InitialState[];
	/** Undocumented by OpenAI, as the emulator's `projectListInherits`. */
	readonly projectListInherits: boolean;
	/** Undocumented by OpenAI, as the emulator's `projectListInactive`. */
	readonly projectListInactive: boolean;
}

/** An activation, a deactivation or a deletion. */
export interface Commit {
	/** Number of exchanges up to the change. */
	readonly exchangeCount: number;
	/** The id of the window, `null` for the other administrator. */
	readonly by: string | null;
	/** `null` for a deletion. */
	readonly scope: string | null;
	readonly id: string;
	readonly active: boolean;
	/** True if the change left no certificate active in the scope itself. */
	readonly leavesEmpty: boolean;
}

/** A window, and after its crash its replacement. */
export interface RotationSlot {
	owner: string;
	deps: RotationDeps;
	transport: HttpTransport;
	plans: CrashingPlanStore;
	died: PromiseWithResolvers<void>;
	dead: boolean;
	/** Cancels the running call, as the user's Cancel does. */
	cancel: () => void;
}

export const TEST_ORGANIZATION_REF = "00000000-0000-4000-8000-000000000000";
const DAY = 86_400;

export class RotationWorld {
	readonly emulator: Emulator;
	readonly setup: OrganizationSetup;
	readonly commits: Commit[] = [];
	/** The exchanges whose response a fault changed. */
	readonly disruptedExchanges = new WeakSet<Exchange>();
	/** The exchanges during which lists may have been late. */
	readonly exchangesWithLateLists = new WeakSet<Exchange>();
	/** True if any list may have been late since the last reset. */
	listsMayBeLate = false;
	readonly ids: Readonly<Record<CertificateInScope["certificate"], string>>;
	/** The emulator's names of the scopes, the organization first. */
	readonly scopes: readonly string[];
	readonly slots: readonly [RotationSlot, RotationSlot];
	readonly #folder = temporaryFolder("rotation");
	readonly #clock: { now: number };
	#openedCount = 0;

	private constructor(setup: OrganizationSetup, emulator: Emulator, clock: { now: number }) {
		this.setup = setup;
		this.emulator = emulator;
		this.#clock = clock;
		const { state, switches } = emulator;
		switches.projectListInherits = setup.projectListInherits;
		switches.projectListInactive = setup.projectListInactive;
		const at = Math.floor(clock.now / 1000);
		const put = (name: string, days: number) => state.put({ name, expiresAt: at + days * DAY }).id;
		this.ids = { old: put("old", 90), next: put("next", 900), third: put("third", 900) };
		const projects = setup.projects.map(({ archived }, index) => state.addProject(`${index}`, { archived }).id);
		this.scopes = ["organization", ...projects];
		for (const [index, initial] of [setup.organization, ...setup.projects].entries())
			for (const role of ["old", "next", "third"] as const)
				if (initial[role]) state.setActive(this.scopes[index] ?? "", [this.ids[role]], true).commit();
		this.#observe();
		this.slots = [this.#open(), this.#open()];
	}

	static async open(setup: OrganizationSetup): Promise<RotationWorld> {
		const clock = { now: START_TIME };
		return new RotationWorld(setup, await startEmulator({ now: () => ++clock.now }), clock);
	}

	get pair(): RotationPair {
		return { organizationRef: TEST_ORGANIZATION_REF, oldId: this.ids.old, nextId: this.ids.next };
	}

	/** Returns the time, Unix milliseconds. */
	get now(): number {
		return this.#clock.now;
	}

	/** Reads the recorded plan, independently of the windows. */
	async readPlan(): Promise<RotationPlan | null> {
		return (await new CrashingPlanStore(this.#folder.path, Date.now).read())[0] ?? null;
	}

	/** True if a certificate is active in a scope itself. */
	isActive(role: CertificateInScope["certificate"], scope: string): boolean {
		return this.emulator.state.activeIn(scope).includes(this.ids[role]);
	}

	/** True if a scope's list shows a certificate as active. */
	isListedActive(role: CertificateInScope["certificate"], scope: string): boolean {
		return this.isActive(role, scope) || (this.setup.projectListInherits && this.isActive(role, "organization"));
	}

	isStored(role: CertificateInScope["certificate"]): boolean {
		return this.emulator.state.certificates.some(({ id }) => id === this.ids[role]);
	}

	/** Applies an event, also during a call. @param requestScope Of the current request. */
	applyEvent(event: RotationEvent, slot: RotationSlot, requestScope = "organization"): void {
		const { state, switches } = this.emulator;
		switch (event.do) {
			case "cancel":
				slot.cancel();
				break;
			case "kill":
				this.kill(slot);
				break;
			case "settle":
				switches.staleReads = 0;
				state.endStaleReads();
				break;
			case "upload":
				state.put({ name: "another's" });
				break;
			case "late lists":
				switches.staleReads = event.reads;
				this.listsMayBeLate ||= event.reads > 0;
				break;
			case "wait":
				this.#clock.now += event.milliseconds;
				break;
			case "delete":
				ignoreRefusal(() => state.remove(this.ids[event.certificate]).commit());
				break;
			default: {
				const scope = event.scope === null ? requestScope : (this.scopes[event.scope % this.scopes.length] ?? "");
				ignoreRefusal(() => state.setActive(scope, [this.ids[event.certificate]], event.do === "activate").commit());
			}
		}
	}

	/** Disrupts requests. @param slot The window to cancel or kill. */
	arm(disruption: RotationDisruption, slot: RotationSlot): ArmedFault {
		const { owner } = slot;
		let { skipCount: remainingSkips } = disruption;
		let hasHappened = false;
		let requestScope: string | undefined;
		const fault = disruption.otherAction ? ({ kind: "silence" } as const) : disruption.fault;
		return this.emulator.faults.arm({
			...fault,
			when: disruption.when,
			times: disruption.times,
			match: (exchange) => {
				// Never delay the other window: its action ends the delay.
				if (disruption.otherAction && exchange.requestHeaders["user-agent"] !== owner) return false;
				if (!isOperationOf(disruption.on, exchange.operation)) return false;
				if (
					disruption.on === "readBack" &&
					!isOperationOf("deactivate", this.#previousExchange(exchange)?.operation ?? null)
				)
					return false;
				if (remainingSkips-- > 0) return false;
				requestScope = exchangeScope(exchange);
				if (disruption.fault.kind !== "none") this.disruptedExchanges.add(exchange);
				return true;
			},
			beforeSending: () => {
				if (!hasHappened && disruption.event) this.applyEvent(disruption.event, slot, requestScope);
				hasHappened = true;
			},
		});
	}

	/** Returns the window's previous request. */
	#previousExchange(exchange: Exchange): Exchange | undefined {
		const owner = exchange.requestHeaders["user-agent"];
		const { exchanges } = this.emulator;
		const earlier = exchanges.slice(0, exchanges.indexOf(exchange));
		return earlier.findLast(({ requestHeaders }) => requestHeaders["user-agent"] === owner);
	}

	kill(slot: RotationSlot): void {
		slot.dead = true;
		slot.died.resolve();
		void slot.plans.die();
		void slot.transport.close();
	}

	/** Kills and replaces a window. */
	async revive(slot: RotationSlot): Promise<void> {
		this.kill(slot);
		await slot.plans.die();
		await slot.transport.close();
		Object.assign(slot, this.#open());
	}

	async close(): Promise<void> {
		for (const slot of this.slots) {
			await slot.plans.die();
			await slot.transport.close();
		}
		await this.emulator.close();
		this.#folder.remove();
	}

	#open(): RotationSlot {
		const owner = `window-${++this.#openedCount}`;
		const options = { userAgent: owner, observe: () => {}, network: () => directNetwork };
		const transport = new HttpTransport(options, { pauseMilliseconds: 1 });
		const credentials = {
			baseUrl: parseBaseUrl(this.emulator.url),
			key: this.emulator.adminKey,
			clientCertificate: null,
		};
		const open = async () => new AdminClient(transport, async () => credentials);
		const now = () => ++this.#clock.now;
		const certificates = new CertificateStore(open, async () => fakeReader(), now);
		const projects = new ProjectStore(open, now);
		const plans = new CrashingPlanStore(this.#folder.path, now);
		const organization = { open, certificates, projects };
		const deps = { organization, plans, readContent: async () => null, now };
		return { owner, deps, transport, plans, died: Promise.withResolvers(), dead: false, cancel: () => {} };
	}

	/** Records each change in `commits`. */
	#observe(): void {
		const { state, exchanges, faults } = this.emulator;
		let currentOwner: string | undefined;
		const take = faults.strike.bind(faults);
		faults.strike = (exchange) => {
			currentOwner = exchange.requestHeaders["user-agent"];
			if (this.listsMayBeLate) this.exchangesWithLateLists.add(exchange);
			return take(exchange);
		};
		const ownerOf = (actor: unknown) => (actor === undefined ? null : (currentOwner ?? assert.fail("nobody's change")));
		const setActive = state.setActive.bind(state);
		state.setActive = (scope, ids, active, actor) => {
			const change = setActive(scope, ids, active, actor);
			const by = ownerOf(actor);
			return {
				...change,
				commit: () => {
					const result = change.commit();
					const leavesEmpty = state.activeIn(scope).length === 0;
					for (const id of ids)
						this.commits.push({ exchangeCount: exchanges.length, by, scope, id, active, leavesEmpty });
					return result;
				},
			};
		};
		const remove = state.remove.bind(state);
		state.remove = (id, actor) => {
			const change = remove(id, actor);
			const by = ownerOf(actor);
			return {
				...change,
				commit: () => {
					this.commits.push({
						exchangeCount: exchanges.length,
						by,
						scope: null,
						id,
						active: false,
						leavesEmpty: false,
					});
					return change.commit();
				},
			};
		};
	}
}

/** Returns the emulator's name of the scope of a request. */
export function exchangeScope({ path }: Exchange): string {
	return /\/projects\/([^/]+)\//.exec(path)?.[1] ?? "organization";
}

function ignoreRefusal(act: () => unknown): void {
	try {
		act();
	} catch {
		// The service rejects the change.
	}
}
