// R56: the message, the row and the service's state must agree after every outcome of a changing request. Runs each
// operation with each fault over real sockets, and prints a table with a cell for each pair.
import assert from "node:assert/strict";
import { mock } from "node:test";
import { labels } from "../../../src/common/messages/labels.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { FileLocks } from "../../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import type { Certificate } from "../../../src/domain/certificate.ts";
import type { ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { isCancelled, type Problem, problemOf } from "../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import { notAttempted, prepareActivation, setActive } from "../../../src/features/activation/activation.ts";
import {
	describeActivationResults,
	describeFailedDeletion,
} from "../../../src/features/activation/activationResultMessages.ts";
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
import { finishRotation, undoRotation } from "../../../src/features/rotation/finishOrUndoRotation.ts";
import { prepareRotation, type RotationDeps } from "../../../src/features/rotation/rotation.ts";
import { RotationPlanStore } from "../../../src/features/rotation/rotationPlanStore.ts";
import type { SwitchoverResult } from "../../../src/features/rotation/rotationResult.ts";
import { describeRotationResult, type RotationEnd } from "../../../src/features/rotation/rotationResultMessages.ts";
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
import { uniqueOrganizationRef } from "../fakes/certificatesApi.ts";
import { directNetwork } from "../openai/network/directNetwork.ts";
import { TOTAL_MILLISECONDS } from "../openai/setup.ts";

/** The outcome according to the message. */
type MessageOutcome = "done" | "not done" | "unknown";

interface Fault {
	readonly title: string;
	readonly kind: FaultKind;
	/** True if the service makes the change despite the fault. */
	readonly committed: boolean;
	/** Status of all later responses, if not as usual. */
	readonly afterwards?: 401 | 403;
	/** End of the request after the service received it: by the user or the time limit. */
	readonly ends?: "cancel" | "time-out";
}

const withAndWithoutCommit = (title: string, fault: Omit<Fault, "title" | "committed">): readonly Fault[] =>
	[false, true].map((committed) => ({ ...fault, committed, title: `${title}, ${committed ? "" : "not "}committed` }));

const RESET: FaultKind = { kind: "reset" };
const FAULTS: readonly Fault[] = [
	...withAndWithoutCommit("reset", { kind: RESET }),
	...withAndWithoutCommit("500", { kind: { kind: "status", status: 500 } }),
	...withAndWithoutCommit("reset then 401", { kind: RESET, afterwards: 401 }),
	...withAndWithoutCommit("reset then 403", { kind: RESET, afterwards: 403 }),
	{ title: "answered then 401", kind: { kind: "none" }, committed: true, afterwards: 401 },
	{ title: "answered then 403", kind: { kind: "none" }, committed: true, afterwards: 403 },
	...withAndWithoutCommit("cancel", { kind: { kind: "silence" }, ends: "cancel" }),
	...withAndWithoutCommit("time-out", { kind: { kind: "silence" }, ends: "time-out" }),
];

/** Matches a claim that nothing happened, which no message may make after a request was sent. */
const NOTHING_DONE = /nothing (?:else |more )?was (?:sent|done|changed|deleted|uploaded)/i;

/** Matches a claim that a certificate still exists, which no message may make if the outcome is unknown. */
const NOT_DELETED = /(?:was not|wasn't) deleted/i;

describe("R56 The reported outcome of a change", () => {
	const organizationRef = uniqueOrganizationRef();
	const table = new Map<string, string[]>();
	let acme: ParsedCertificate;
	let folder: ReturnType<typeof temporaryFolder>;
	let emulator: Emulator;
	let transport: HttpTransport;
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let organization: OrganizationContext;
	let rotations: RotationDeps;
	let uploads: UploadService;
	let project: Scope & { kind: "project" };
	/** The id of the changed certificate, and of its replacement in a rotation. */
	let old: string;
	let next: string;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		const { candidates } = await new X509CertificateFileReader().read(Buffer.from(pem), Date.now() / 1000, 30);
		acme = candidates[0] ?? assert.fail("no candidate");
	});
	beforeEach(async () => {
		folder = temporaryFolder("outcomes");
		emulator = await startEmulator();
		transport = new HttpTransport(
			{ userAgent: "test", observe: () => {}, network: () => directNetwork },
			{ pauseMilliseconds: 1 },
		);
		const credentials = { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		const open = async () => new AdminClient(transport, async () => credentials);
		certificates = new CertificateStore(open, async () => new X509CertificateFileReader());
		certificates.bindConnection(organizationRef);
		projects = new ProjectStore(open);
		organization = { open, certificates, projects };
		rotations = {
			organization,
			plans: new RotationPlanStore(`${folder.path}/plans`, new FileLocks(`${folder.path}/locks`)),
			readContent: async () => null,
		};
		const pending = new JournalStore(`${folder.path}/uploads`, new FileLocks(`${folder.path}/locks`));
		uploads = new UploadService({ service: open, certificates, store: pending, retryDelaysMs: [0] });
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
	/** True if the view marks its rows as outdated. */
	const isOutdated = () => certificates.state.problem !== null;
	const certificateOf = (id: string): Certificate => listed(id) ?? assert.fail("it is not listed");
	const isStored = (id: string) => emulator.state.certificates.some((each) => each.id === id);
	const nameOf = () => "Production";

	/** The parts of an operation's messages that report its outcome. Another message reports that it was not done. */
	interface OutcomeTexts {
		readonly done: readonly string[];
		readonly unknown: readonly string[];
		/** What a message must not say if the outcome is unknown. */
		readonly notDone: readonly string[];
	}

	/** An operation, and its outcome in the message, the service and the row. */
	interface TestedChange {
		readonly title: string;
		/** The request that gets the fault. */
		readonly failingRequest: Operation;
		/** Prepares the operation. @returns a function that runs the operation and returns its message. */
		readonly prepare: () => Promise<(signal: AbortSignal) => Promise<string>>;
		/** Called before the operation. */
		readonly texts: () => OutcomeTexts;
		readonly isDone: () => boolean;
		/** `undefined` if the row shows an unknown state. */
		readonly isShown: () => boolean | undefined;
	}

	const activationTexts = (certificate: Certificate, scope: Scope, active: boolean): OutcomeTexts => {
		const textsOf = (outcome: "changed" | "unknown" | "failed") => {
			const result = { ...notAttempted(scope, []), [outcome]: [certificate.id] };
			return [describeActivationResults([certificate], [result], active, nameOf)];
		};
		return { done: textsOf("changed"), unknown: textsOf("unknown"), notDone: textsOf("failed") };
	};

	/** Returns the texts of a change whose unknown outcome is reported as a problem. */
	const simpleTexts = (done: string, act: (Problem & { reason: "change-unknown" })["act"]): OutcomeTexts => ({
		done: [done],
		unknown: [describeProblem({ reason: "change-unknown", act })],
		notDone: [],
	});

	/** Returns the first line of a failed deletion's message. */
	const failedDeletionText = (problem: Problem | null): string =>
		describeFailedDeletion(certificateOf(old), [], problem, nameOf).split("\n")[0] ?? assert.fail();

	/** Returns the lines about a project where a rotation's end had one of the outcomes. */
	const switchoverTexts = (
		end: RotationEnd,
		...outcomes: readonly SwitchoverResult["outcome"][]
	): readonly string[] => {
		const linesOf = (scopes: readonly SwitchoverResult[]) =>
			describeRotationResult(end, { scopes, ended: false, deleted: false, problem: null }, nameOf).split("\n");
		const common = linesOf([]);
		return outcomes
			.flatMap((outcome) => linesOf([{ scope: project, outcome, problem: null }]))
			.filter((line) => !common.includes(line));
	};

	const activationChange = (
		title: string,
		failingRequest: Operation,
		scopeOf: () => Scope,
		active: boolean,
	): TestedChange => ({
		title,
		failingRequest,
		prepare: async () => {
			const scope = scopeOf();
			if (!active) activate(scope, old);
			const target = { organizationRef, scopes: [scope], ids: [old] };
			const confirmed = await prepareActivation(organization, target);
			return async (signal) => {
				const results = await setActive(organization, { ...target, active, confirmed }, signal);
				return describeActivationResults([certificateOf(old)], results, active, nameOf);
			};
		},
		texts: () => activationTexts(certificateOf(old), scopeOf(), active),
		isDone: () => isActiveAt(scopeOf(), old) === active,
		isShown: () => {
			const shown = shownActive(scopeOf(), old);
			return shown === undefined ? undefined : shown === active;
		},
	});

	const setUpRotation = async () => {
		activate(project, old);
		const pair = { organizationRef, oldId: old, nextId: next };
		const prepared = () => prepareRotation(rotations, pair);
		const start = async (signal?: AbortSignal) =>
			startRotation(rotations, { confirmed: await prepared(), unclear: "own", soonDays: 30 }, signal);
		return { prepared, start };
	};

	const endOf = (step: "finish" | "undo"): RotationEnd => {
		const [from, to] = step === "finish" ? [old, next] : [next, old];
		return { step, deleteOld: false, from: certificateOf(from), to: certificateOf(to) };
	};

	const rotationEnd = (step: "finish" | "undo"): TestedChange => ({
		title: step === "finish" ? "finish a rotation" : "undo a rotation",
		failingRequest: "projectDeactivate",
		prepare: async () => {
			const { prepared, start } = await setUpRotation();
			await start();
			const request = { confirmed: await prepared(), hasSelfAccess: async () => true };
			return async (signal) => {
				const result =
					step === "finish"
						? await finishRotation(rotations, { ...request, deleteOld: false }, signal)
						: await undoRotation(rotations, request, signal);
				return describeRotationResult(endOf(step), result, nameOf);
			};
		},
		texts: () => ({
			done: switchoverTexts(endOf(step), "done", "unread"),
			unknown: switchoverTexts(endOf(step), "unknown"),
			notDone: switchoverTexts(endOf(step), "failed"),
		}),
		isDone: () => !isActiveAt(project, step === "finish" ? old : next),
		isShown: () => {
			const shown = shownActive(project, step === "finish" ? old : next);
			return shown === undefined ? undefined : !shown;
		},
	});

	const changes: readonly TestedChange[] = [
		{
			title: "upload",
			failingRequest: "upload",
			prepare: async () => async (signal) => {
				const { certificate } = await uploads.upload({ candidate: acme, name: "Acme", organizationRef }, signal);
				return `“${certificate.name}” is shown.`;
			},
			texts: () => ({ done: ["“Acme” is shown."], unknown: [labels.checkNow], notDone: [] }),
			isDone: () => emulator.state.certificates.some(({ name }) => name === "Acme"),
			isShown: () => {
				if (uploads.unconfirmed.length > 0) return undefined;
				return certificates.state.listing?.certificates.some(({ name }) => name === "Acme");
			},
		},
		activationChange("activate in the organization", "activate", () => ORGANIZATION, true),
		activationChange("activate in a project", "projectActivate", () => project, true),
		activationChange("deactivate in the organization", "deactivate", () => ORGANIZATION, false),
		activationChange("deactivate in a project", "projectDeactivate", () => project, false),
		{
			title: "rename",
			failingRequest: "rename",
			prepare: async () => async (signal) => {
				const shown = { id: old, name: "Old" };
				const { name } = await renameCertificate(organization, { organizationRef, shown, name: "New" }, signal);
				return `Renamed to “${name}”.`;
			},
			texts: () => simpleTexts("Renamed to “New”.", "rename"),
			isDone: () => emulator.state.get(old).name === "New",
			isShown: () => (isOutdated() ? undefined : listed(old)?.name === "New"),
		},
		{
			title: "delete",
			failingRequest: "delete",
			prepare: async () => {
				const confirmed = await prepareDeletion(organization, { organizationRef, id: old });
				return async (signal) => {
					await deleteCertificate(organization, { organizationRef, confirmed }, signal);
					return "Deleted.";
				};
			},
			texts: () => simpleTexts("Deleted.", "remove"),
			isDone: () => !isStored(old),
			isShown: () => (isOutdated() ? undefined : listed(old) === undefined),
		},
		{
			title: "deactivate everywhere, then delete",
			failingRequest: "delete",
			prepare: async () => {
				activate(project, old);
				const confirmed = await prepareDeletion(organization, { organizationRef, id: old });
				const certificate = certificateOf(old);
				return async (signal) => {
					const result = await deactivateEverywhereAndDelete(organization, { organizationRef, confirmed }, signal);
					const { deleted, scopes, problem } = result;
					return deleted ? "Deleted." : describeFailedDeletion(certificate, scopes, problem, nameOf);
				};
			},
			texts: () => ({
				done: ["Deleted."],
				unknown: [failedDeletionText({ reason: "change-unknown", act: "remove" })],
				notDone: [failedDeletionText(null)],
			}),
			isDone: () => !isStored(old),
			isShown: () => (isOutdated() ? undefined : listed(old) === undefined),
		},
		{
			title: "start a rotation",
			failingRequest: "projectActivate",
			prepare: async () => {
				const { start } = await setUpRotation();
				return async (signal) => {
					const { scopes } = await start(signal);
					return describeActivationResults([certificateOf(next)], scopes, true, nameOf);
				};
			},
			texts: () => activationTexts(certificateOf(next), project, true),
			isDone: () => isActiveAt(project, next),
			isShown: () => shownActive(project, next),
		},
		rotationEnd("finish"),
		rotationEnd("undo"),
	];

	/** Returns the message of a success or problem; empty after a cancellation. */
	async function messageOf(operation: Promise<string>): Promise<string> {
		try {
			return await operation;
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem) return describeProblem(problem);
			if (isCancelled(thrown)) return "";
			throw thrown;
		}
	}

	/** Asserts that a message with a text of one group cannot have a text of another group. */
	function assertDistinct(...groups: readonly (readonly string[])[]): void {
		for (const group of groups)
			for (const text of group)
				for (const other of groups.filter((each) => each !== group).flat())
					assert.ok(!text.includes(other), `“${text}” contains “${other}”`);
	}

	function armFault(failingRequest: Operation, { kind, committed, afterwards }: Fault): ArmedFault {
		const refuse = (status: 401 | 403) =>
			emulator.faults.arm({ kind: "status", status, when: "before", times: Number.POSITIVE_INFINITY });
		return emulator.faults.arm({
			...kind,
			operation: failingRequest,
			when: committed ? "after" : "before",
			// Both attempts of a repeated request.
			times: kind.kind === "reset" || kind.kind === "status" ? 2 : 1,
			...(afterwards && { beforeSending: () => refuse(afterwards) }),
		});
	}

	for (const { title, prepare, failingRequest, texts, isDone, isShown } of changes)
		for (const fault of FAULTS)
			it(`agrees with the service's state: ${title}, ${fault.title}`, async () => {
				const run = await prepare();
				const { done, unknown, notDone } = texts();
				assertDistinct(done, unknown, notDone);
				const armed = armFault(failingRequest, fault);
				const abort = new AbortController();
				if (fault.ends === "time-out") mock.timers.enable({ apis: ["setTimeout"] });
				const pendingMessage = messageOf(run(abort.signal));
				await armed.reached;
				if (fault.ends === "time-out") {
					mock.timers.tick(TOTAL_MILLISECONDS);
					mock.timers.reset();
				}
				if (fault.ends === "cancel") abort.abort();
				const message = await pendingMessage;
				const hasAny = (parts: readonly string[]) => parts.some((part) => message.includes(part));
				const outcome: MessageOutcome = hasAny(unknown) ? "unknown" : hasAny(done) ? "done" : "not done";
				const shown = isShown();
				const sign = (known: boolean | undefined) => (known === undefined ? "?" : known ? "+" : "-");
				const cell = [outcome === "unknown" ? "?" : sign(outcome === "done"), sign(shown), sign(isDone())].join("");
				table.set(title, [...(table.get(title) ?? []), cell]);
				if (outcome !== "unknown") assert.equal(outcome === "done", isDone(), message);
				if (shown !== undefined) assert.equal(shown, isDone(), `the row, beside: ${message}`);
				assert.doesNotMatch(message, NOTHING_DONE);
				if (outcome === "unknown") {
					assert.ok(!hasAny(notDone), message);
					assert.doesNotMatch(message, NOT_DELETED);
				}
			});
});
