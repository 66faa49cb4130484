// R56: whatever becomes of a request that changes something, the words, the row and the service's own state agree. Each operation
// meets each fault over real sockets; the table at the end has a cell for each pair.
import assert from "node:assert/strict";
import { mock } from "node:test";
import { describeProblem } from "../../../src/common/messages/problems.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import type { Certificate } from "../../../src/domain/certificate.ts";
import type { ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { isCancelled, problemOf } from "../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import { prepareActivation, setActive } from "../../../src/features/activation/activation.ts";
import { accountWords, notRemovedWords } from "../../../src/features/activation/activationResultMessages.ts";
import { renameCertificate } from "../../../src/features/certificates/renameCertificate.ts";
import {
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../../../src/features/deletion/deleteCertificate.ts";
import { isActive } from "../../../src/features/organization/activeScopes.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import type { OrganizationContext } from "../../../src/features/organization/organizationSession.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { finishRotation, undoRotation } from "../../../src/features/rotation/endRotation.ts";
import { prepareRotation, type Rotations } from "../../../src/features/rotation/rotation.ts";
import { RotationPlanStore } from "../../../src/features/rotation/rotationPlanStore.ts";
import { endWords } from "../../../src/features/rotation/rotationResultMessages.ts";
import { startRotation } from "../../../src/features/rotation/startRotation.ts";
import { JournalStore } from "../../../src/features/upload/journalStore.ts";
import { UploadService } from "../../../src/features/upload/uploadService.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../src/openai/httpTransport.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { ArmedFault, FaultKind } from "../../emulator/faults.ts";
import type { Operation } from "../../emulator/routes.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { namedOrganization } from "../fakes/certificatesApi.ts";
import { plainNetwork } from "../openai/network/directNetwork.ts";
import { TOTAL_MILLISECONDS } from "../openai/setup.ts";

/** What is known of whether it was done. */
type Known = "done" | "not done" | "unknown";

interface Fault {
	readonly title: string;
	readonly kind: FaultKind;
	/** Whether the service makes the change all the same. */
	readonly committed: boolean;
	/** What it answers to everything from then on, if not as usual. */
	readonly afterwards?: 401 | 403;
	/** How the person or the clock ends it once the service has the request. */
	readonly ends?: "cancel" | "time-out";
}

const whetherCommitted = (title: string, fault: Omit<Fault, "title" | "committed">): readonly Fault[] =>
	[false, true].map((committed) => ({ ...fault, committed, title: `${title}, ${committed ? "" : "not "}committed` }));

const RESET: FaultKind = { kind: "reset" };
const FAULTS: readonly Fault[] = [
	...whetherCommitted("reset", { kind: RESET }),
	...whetherCommitted("500", { kind: { kind: "status", status: 500 } }),
	...whetherCommitted("reset then 401", { kind: RESET, afterwards: 401 }),
	...whetherCommitted("reset then 403", { kind: RESET, afterwards: 403 }),
	{ title: "answered then 401", kind: { kind: "none" }, committed: true, afterwards: 401 },
	{ title: "answered then 403", kind: { kind: "none" }, committed: true, afterwards: 403 },
	...whetherCommitted("cancel", { kind: { kind: "silence" }, ends: "cancel" }),
	...whetherCommitted("time-out", { kind: { kind: "silence" }, ends: "time-out" }),
];

/** That nothing has happened, which no text says once a request was sent. */
const NOTHING = /nothing (?:else |more )?was (?:sent|done|changed|deleted|uploaded)/i;

describe("R56 What is said of a change", () => {
	const organizationRef = namedOrganization();
	const table = new Map<string, string[]>();
	let acme: ParsedCertificate;
	let folder: ReturnType<typeof temporaryFolder>;
	let emulator: Emulator;
	let transport: HttpTransport;
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let organization: OrganizationContext;
	let rotations: Rotations;
	let uploads: UploadService;
	let project: Scope & { kind: "project" };
	/** The ids of the certificate that it is about, and of the one that takes over from it. */
	let old: string;
	let next: string;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		const { candidates } = await new X509CertificateFileReader().read(Buffer.from(pem), Date.now() / 1000, 30);
		acme = candidates[0] ?? assert.fail("no candidate");
	});
	beforeEach(async () => {
		folder = temporaryFolder("truth");
		emulator = await startEmulator();
		transport = new HttpTransport(
			{ userAgent: "test", observe: () => {}, network: () => plainNetwork },
			{ pauseMilliseconds: 1 },
		);
		const access = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		const open = async () => new AdminClient(transport, async () => access);
		certificates = new CertificateStore(open, async () => new X509CertificateFileReader());
		certificates.bindConnection(organizationRef);
		projects = new ProjectStore(open);
		organization = { open, certificates, projects };
		rotations = {
			organization,
			plans: new RotationPlanStore(`${folder.path}/plans`, new FileLocks(`${folder.path}/locks`)),
			contentOf: async () => null,
		};
		const pending = new JournalStore(`${folder.path}/uploads`, new FileLocks(`${folder.path}/locks`));
		uploads = new UploadService({ service: open, certificates, pending, lookAgainMs: [0] });
		old = emulator.state.put({ name: "Old" }).id;
		next = emulator.state.put({ name: "Next", expiresAt: Math.floor(Date.now() / 1000) + 800 * 86_400 }).id;
		project = { kind: "project", id: emulator.state.addProject("Production").id };
		await certificates.load();
	});
	afterEach(async () => {
		mock.timers.reset();
		await transport.close();
		await emulator.close();
		folder.remove();
	});
	after(() => {
		const columns = FAULTS.map(({ title }, index) => `      ${index + 1} ${title}`);
		const rows = [...table].map(([title, cells]) => `      ${title.padEnd(34)} ${cells.join(" ")}`);
		console.log(["", ...columns, "      (words/row/service; +: done, -: not done, ?: unknown)", ...rows].join("\n"));
	});

	const idOf = (scope: Scope) => (scope.kind === "project" ? scope.id : "organization");
	const activate = (scope: Scope, ...ids: string[]) => emulator.state.setActive(idOf(scope), ids, true).commit();
	const isActiveAt = (scope: Scope, id: string) => emulator.state.activeIn(idOf(scope)).includes(id);
	const shownActive = (scope: Scope, id: string): boolean | undefined =>
		isActive(id, scope.kind === "project" ? (projects.scope(scope.id)?.listing ?? null) : certificates.state.listing);
	const listed = (id: string) => certificates.state.listing?.certificates.find((each) => each.id === id);
	/** Whether the view says, above its rows, as of when they are. */
	const isOld = () => certificates.state.problem !== null;
	const certificateOf = (id: string): Certificate => listed(id) ?? assert.fail("it is not listed");
	const isStored = (id: string) => emulator.state.certificates.some((each) => each.id === id);
	const nameOf = () => "Production";

	/** One operation: how it is begun, what tells how it ended, and what the service and the row say of it. */
	interface Row {
		readonly title: string;
		/** The request that the fault strikes. */
		readonly struck: Operation;
		readonly begin: () => Promise<(signal: AbortSignal) => Promise<string>>;
		/** What the words say where it is done. */
		readonly done: RegExp;
		readonly isDone: () => boolean;
		/** `undefined` where the row says that it is not known. */
		readonly isShown: () => boolean | undefined;
	}

	const switching = (title: string, struck: Operation, scopeOf: () => Scope, active: boolean): Row => ({
		title,
		struck,
		begin: async () => {
			const scope = scopeOf();
			if (!active) activate(scope, old);
			const target = { organizationRef, scopes: [scope], ids: [old] };
			const confirmed = await prepareActivation(organization, target);
			return async (signal) => {
				const accounts = await setActive(organization, { ...target, active, confirmed }, signal);
				return accountWords([certificateOf(old)], accounts, active, nameOf);
			};
		},
		done: active ? /: activated\./ : /: deactivated\./,
		isDone: () => isActiveAt(scopeOf(), old) === active,
		isShown: () => {
			const shown = shownActive(scopeOf(), old);
			return shown === undefined ? undefined : shown === active;
		},
	});

	const rotating = async () => {
		activate(project, old);
		const pair = { organizationRef, oldId: old, nextId: next };
		const prepared = () => prepareRotation(rotations, pair);
		const start = async (signal?: AbortSignal) =>
			startRotation(rotations, { confirmed: await prepared(), unclear: "own", soonDays: 30 }, signal);
		return { prepared, start };
	};

	const ending = (step: "finish" | "undo"): Row => ({
		title: step === "finish" ? "finish a rotation" : "undo a rotation",
		struck: "projectDeactivate",
		begin: async () => {
			const { prepared, start } = await rotating();
			await start();
			const request = { confirmed: await prepared(), ownAccess: async () => true };
			const [from, to] = step === "finish" ? [old, next] : [next, old];
			return async (signal) => {
				const account =
					step === "finish"
						? await finishRotation(rotations, { ...request, remove: false }, signal)
						: await undoRotation(rotations, request, signal);
				const end = { step, remove: false, from: certificateOf(from), to: certificateOf(to) };
				return endWords(end, account, nameOf);
			};
		},
		done: /” deactivated/,
		isDone: () => !isActiveAt(project, step === "finish" ? old : next),
		isShown: () => {
			const shown = shownActive(project, step === "finish" ? old : next);
			return shown === undefined ? undefined : !shown;
		},
	});

	const rows: readonly Row[] = [
		{
			title: "upload",
			struck: "upload",
			begin: async () => async (signal) => {
				const { certificate } = await uploads.upload({ candidate: acme, name: "Acme", organizationRef }, signal);
				return `“${certificate.name}” is shown.`;
			},
			done: /is shown/,
			isDone: () => emulator.state.certificates.some(({ name }) => name === "Acme"),
			isShown: () => {
				if (uploads.unconfirmed.length > 0) return undefined;
				return certificates.state.listing?.certificates.some(({ name }) => name === "Acme");
			},
		},
		switching("activate in the organization", "activate", () => ORGANIZATION, true),
		switching("activate in a project", "projectActivate", () => project, true),
		switching("deactivate in the organization", "deactivate", () => ORGANIZATION, false),
		switching("deactivate in a project", "projectDeactivate", () => project, false),
		{
			title: "rename",
			struck: "rename",
			begin: async () => async (signal) => {
				const shown = { id: old, name: "Old" };
				const { name } = await renameCertificate(organization, { organizationRef, shown, name: "New" }, signal);
				return `Renamed to “${name}”.`;
			},
			done: /Renamed/,
			isDone: () => emulator.state.get(old).name === "New",
			isShown: () => (isOld() ? undefined : listed(old)?.name === "New"),
		},
		{
			title: "delete",
			struck: "delete",
			begin: async () => {
				const confirmed = await prepareDeletion(organization, { organizationRef, id: old });
				return async (signal) => {
					await deleteCertificate(organization, { organizationRef, confirmed }, signal);
					return "Deleted.";
				};
			},
			done: /Deleted/,
			isDone: () => !isStored(old),
			isShown: () => (isOld() ? undefined : listed(old) === undefined),
		},
		{
			title: "deactivate everywhere, then delete",
			struck: "delete",
			begin: async () => {
				activate(project, old);
				const confirmed = await prepareDeletion(organization, { organizationRef, id: old });
				const certificate = certificateOf(old);
				return async (signal) => {
					const account = await deactivateEverywhereAndDelete(organization, { organizationRef, confirmed }, signal);
					const { removed, scopes, problem } = account;
					return removed ? "Deleted." : notRemovedWords(certificate, scopes, problem, nameOf);
				};
			},
			done: /Deleted/,
			isDone: () => !isStored(old),
			isShown: () => (isOld() ? undefined : listed(old) === undefined),
		},
		{
			title: "start a rotation",
			struck: "projectActivate",
			begin: async () => {
				const { start } = await rotating();
				return async (signal) => {
					const { scopes } = await start(signal);
					return accountWords([certificateOf(next)], scopes, true, nameOf);
				};
			},
			done: /: activated\./,
			isDone: () => isActiveAt(project, next),
			isShown: () => shownActive(project, next),
		},
		ending("finish"),
		ending("undo"),
	];

	/** What a person reads, also where it failed; nothing where it was cancelled. */
	async function wordsOf(ended: Promise<string>): Promise<string> {
		try {
			return await ended;
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem) return describeProblem(problem);
			if (isCancelled(thrown)) return "";
			throw thrown;
		}
	}

	function arm(struck: Operation, { kind, committed, afterwards }: Fault): ArmedFault {
		const refuse = (status: 401 | 403) =>
			emulator.faults.next({ kind: "status", status, when: "before", times: Number.POSITIVE_INFINITY });
		return emulator.faults.next({
			...kind,
			operation: struck,
			when: committed ? "after" : "before",
			// Both tries, where it is repeated.
			times: kind.kind === "reset" || kind.kind === "status" ? 2 : 1,
			...(afterwards && { meanwhile: () => refuse(afterwards) }),
		});
	}

	for (const { title, begin, struck, done, isDone, isShown } of rows)
		for (const fault of FAULTS)
			it(`agrees with the service: ${title}, ${fault.title}`, async () => {
				const act = await begin();
				const armed = arm(struck, fault);
				const abort = new AbortController();
				if (fault.ends === "time-out") mock.timers.enable({ apis: ["setTimeout"] });
				const words = wordsOf(act(abort.signal));
				await armed.reached;
				if (fault.ends === "time-out") {
					mock.timers.tick(TOTAL_MILLISECONDS);
					mock.timers.reset();
				}
				if (fault.ends === "cancel") abort.abort();
				const told = await words;
				const said: Known = /unknown|unconfirmed|not known|no answer tells|Check Now before you upload/.test(told)
					? "unknown"
					: done.test(told)
						? "done"
						: "not done";
				const shown = isShown();
				const sign = (known: boolean | undefined) => (known === undefined ? "?" : known ? "+" : "-");
				const cell = [said === "unknown" ? "?" : sign(said === "done"), sign(shown), sign(isDone())].join("");
				table.set(title, [...(table.get(title) ?? []), cell]);
				if (said !== "unknown") assert.equal(said === "done", isDone(), told);
				if (shown !== undefined) assert.equal(shown, isDone(), `the row, beside: ${told}`);
				assert.doesNotMatch(told, NOTHING);
				if (said === "unknown") assert.doesNotMatch(told, /was not deleted|wasn't deleted/);
			});
});
