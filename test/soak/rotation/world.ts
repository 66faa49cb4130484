// One machine with two windows, one organization with its projects, and another administrator.
import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import type { RotationPair, Rotations } from "../../../src/features/rotation/rotation.ts";
import type { RotationPlan } from "../../../src/features/rotation/rotationPlan.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../src/openai/httpTransport.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { ArmedFault } from "../../emulator/faults.ts";
import type { Exchange } from "../../emulator/record.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { readerOf } from "../../unit/fakes/certificatesApi.ts";
import { plainNetwork } from "../../unit/openai/network/directNetwork.ts";
import { BEGIN } from "../startTime.ts";
import { MortalPlans } from "./crashingPlanStore.ts";
import { type Event, isOf, type Place, type Strike } from "./faults.ts";

/** What is active in one scope before. */
export interface Before {
	readonly old: boolean;
	readonly next: boolean;
	readonly third: boolean;
	/** Of a project. */
	readonly archived: boolean;
}

export interface Setting {
	readonly organization: Before;
	readonly projects: readonly Before[];
	/** What the service does not document. */
	readonly inherits: boolean;
	readonly inactive: boolean;
}

/** One change of what is active, or a deletion, as it was made. */
export interface Commit {
	/** How many exchanges there were. */
	readonly at: number;
	/** The window, or `null` for the other administrator. */
	readonly by: string | null;
	/** `null` for a deletion. */
	readonly scope: string | null;
	readonly id: string;
	readonly active: boolean;
	/** Whether nothing was active in the scope itself after it. */
	readonly empties: boolean;
}

/** A window, or the one that was opened in its place after it died. */
export interface Slot {
	owner: string;
	rotations: Rotations;
	transport: HttpTransport;
	plans: MortalPlans;
	died: PromiseWithResolvers<void>;
	dead: boolean;
	/** What the person's Cancel does. */
	cancel: () => void;
}

export const CONNECTION = "00000000-0000-4000-8000-000000000000";
const DAY = 86_400;

export class World {
	readonly emulator: Emulator;
	readonly setting: Setting;
	readonly commits: Commit[] = [];
	/** The exchanges whose answer did not arrive as the service made it. */
	readonly struck = new WeakSet<Exchange>();
	/** The exchanges for which lists may have been late. */
	readonly lateFor = new WeakSet<Exchange>();
	/** Whether any list may have been late since it was last set to false. */
	late = false;
	readonly ids: Readonly<Record<Place["certificate"], string>>;
	/** The organization first, as the emulator names them. */
	readonly scopes: readonly string[];
	readonly slots: readonly [Slot, Slot];
	readonly #folder = temporaryFolder("rotation");
	readonly #clock: { now: number };
	#opened = 0;

	private constructor(setting: Setting, emulator: Emulator, clock: { now: number }) {
		this.setting = setting;
		this.emulator = emulator;
		this.#clock = clock;
		const { state, switches } = emulator;
		switches.projectListInherits = setting.inherits;
		switches.projectListInactive = setting.inactive;
		const at = Math.floor(clock.now / 1000);
		const put = (name: string, days: number) => state.put({ name, expiresAt: at + days * DAY }).id;
		this.ids = { old: put("old", 90), next: put("next", 900), third: put("third", 900) };
		const projects = setting.projects.map(({ archived }, index) => state.addProject(`${index}`, { archived }).id);
		this.scopes = ["organization", ...projects];
		for (const [index, before] of [setting.organization, ...setting.projects].entries())
			for (const role of ["old", "next", "third"] as const)
				if (before[role]) state.setActive(this.scopes[index] ?? "", [this.ids[role]], true).commit();
		this.#observe();
		this.slots = [this.#open(), this.#open()];
	}

	static async open(setting: Setting): Promise<World> {
		const clock = { now: BEGIN };
		return new World(setting, await startEmulator({ now: () => ++clock.now }), clock);
	}

	get pair(): RotationPair {
		return { organizationRef: CONNECTION, oldId: this.ids.old, nextId: this.ids.next };
	}

	/** The time, Unix milliseconds. */
	get now(): number {
		return this.#clock.now;
	}

	/** What is written down, read anew by nobody's window. */
	async plan(): Promise<RotationPlan | null> {
		return (await new MortalPlans(this.#folder.path, Date.now).read())[0] ?? null;
	}

	/** Whether a certificate is active in a scope itself. */
	isActive(role: Place["certificate"], scope: string): boolean {
		return this.emulator.state.activeIn(scope).includes(this.ids[role]);
	}

	/** Whether a scope's list shows it as active. */
	isShown(role: Place["certificate"], scope: string): boolean {
		return this.isActive(role, scope) || (this.setting.inherits && this.isActive(role, "organization"));
	}

	isStored(role: Place["certificate"]): boolean {
		return this.emulator.state.certificates.some(({ id }) => id === this.ids[role]);
	}

	/** What happens in the midst of something that a window does. @param here The scope that a request is about. */
	happen(event: Event, slot: Slot, here = "organization"): void {
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
				state.settle();
				break;
			case "upload":
				state.put({ name: "another's" });
				break;
			case "late lists":
				switches.staleReads = event.reads;
				this.late ||= event.reads > 0;
				break;
			case "wait":
				this.#clock.now += event.milliseconds;
				break;
			case "delete":
				ifAllowed(() => state.remove(this.ids[event.certificate]).commit());
				break;
			default: {
				const scope = event.scope === null ? here : (this.scopes[event.scope % this.scopes.length] ?? "");
				ifAllowed(() => state.setActive(scope, [this.ids[event.certificate]], event.do === "activate").commit());
			}
		}
	}

	/** Has requests go wrong. @param slot The window that Cancel and death strike. */
	arm(strike: Strike, slot: Slot): ArmedFault {
		const { owner } = slot;
		let { skip } = strike;
		let told = false;
		let here: string | undefined;
		const fault = strike.other ? ({ kind: "silence" } as const) : strike.fault;
		return this.emulator.faults.next({
			...fault,
			when: strike.when,
			times: strike.times,
			match: (exchange) => {
				// The other window must go on by itself.
				if (strike.other && exchange.requestHeaders["user-agent"] !== owner) return false;
				if (!isOf(strike.on, exchange.operation)) return false;
				if (strike.on === "readBack" && !isOf("deactivate", this.#before(exchange)?.operation ?? null)) return false;
				if (skip-- > 0) return false;
				here = scopeIn(exchange);
				if (strike.fault.kind !== "none") this.struck.add(exchange);
				return true;
			},
			meanwhile: () => {
				if (!told && strike.event) this.happen(strike.event, slot, here);
				told = true;
			},
		});
	}

	/** What the same window sent before. */
	#before(exchange: Exchange): Exchange | undefined {
		const owner = exchange.requestHeaders["user-agent"];
		const { exchanges } = this.emulator;
		const earlier = exchanges.slice(0, exchanges.indexOf(exchange));
		return earlier.findLast(({ requestHeaders }) => requestHeaders["user-agent"] === owner);
	}

	kill(slot: Slot): void {
		slot.dead = true;
		slot.died.resolve();
		void slot.plans.die();
		void slot.transport.close();
	}

	/** Opens a window in the place of another one. */
	async revive(slot: Slot): Promise<void> {
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

	#open(): Slot {
		const owner = `window-${++this.#opened}`;
		const options = { userAgent: owner, observe: () => {}, network: () => plainNetwork };
		const transport = new HttpTransport(options, { pauseMilliseconds: 1 });
		const access = { baseUrl: parseBaseUrl(this.emulator.url), key: this.emulator.adminKey, clientCertificate: null };
		const open = async () => new AdminClient(transport, async () => access);
		const now = () => ++this.#clock.now;
		const certificates = new CertificateStore(open, async () => readerOf(), now);
		const projects = new ProjectStore(open, now);
		const plans = new MortalPlans(this.#folder.path, now);
		const organization = { open, certificates, projects };
		const rotations = { organization, plans, contentOf: async () => null, now };
		return { owner, rotations, transport, plans, died: Promise.withResolvers(), dead: false, cancel: () => {} };
	}

	/** Writes down each change as it is made. */
	#observe(): void {
		const { state, exchanges, faults } = this.emulator;
		let judged: string | undefined;
		const take = faults.take.bind(faults);
		faults.take = (exchange) => {
			judged = exchange.requestHeaders["user-agent"];
			if (this.late) this.lateFor.add(exchange);
			return take(exchange);
		};
		const byOf = (actor: unknown) => (actor === undefined ? null : (judged ?? assert.fail("nobody's change")));
		const setActive = state.setActive.bind(state);
		state.setActive = (scope, ids, active, actor) => {
			const change = setActive(scope, ids, active, actor);
			const by = byOf(actor);
			return {
				...change,
				commit: () => {
					const result = change.commit();
					const empties = state.activeIn(scope).length === 0;
					for (const id of ids) this.commits.push({ at: exchanges.length, by, scope, id, active, empties });
					return result;
				},
			};
		};
		const remove = state.remove.bind(state);
		state.remove = (id, actor) => {
			const change = remove(id, actor);
			const by = byOf(actor);
			return {
				...change,
				commit: () => {
					this.commits.push({ at: exchanges.length, by, scope: null, id, active: false, empties: false });
					return change.commit();
				},
			};
		};
	}
}

/** As the emulator names it. */
export function scopeIn({ path }: Exchange): string {
	return /\/projects\/([^/]+)\//.exec(path)?.[1] ?? "organization";
}

function ifAllowed(act: () => unknown): void {
	try {
		act();
	} catch {
		// The service refuses it to this administrator, too.
	}
}
