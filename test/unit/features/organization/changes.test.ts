// Tests changes over real sockets, from the use case to the service's rules.
import assert from "node:assert/strict";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import { prepareActivation, setActive } from "../../../../src/features/activation/activation.ts";
import { renameCertificate } from "../../../../src/features/certificates/renameCertificate.ts";
import {
	deactivateEverywhereAndDelete,
	deleteCertificate,
	prepareDeletion,
} from "../../../../src/features/deletion/deleteCertificate.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import type { OrganizationContext } from "../../../../src/features/organization/organizationSession.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { AdminClient } from "../../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../../src/openai/httpTransport.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import type { FaultKind } from "../../../emulator/faults.ts";
import type { Operation } from "../../../emulator/routes.ts";
import { fakeReader } from "../../fakes/certificatesApi.ts";
import { directNetwork } from "../../openai/network/directNetwork.ts";
import { expectProblem } from "../../openai/setup.ts";

describe("A change over real sockets", () => {
	const organizationRef = "acme";
	let emulator: Emulator;
	let transport: HttpTransport;
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let organization: OrganizationContext;
	let id: string;
	let project: Scope & { kind: "project" };

	beforeEach(async () => {
		emulator = await startEmulator();
		const network = () => directNetwork;
		transport = new HttpTransport({ userAgent: "test", observe: () => {}, network }, { pauseMilliseconds: 1 });
		connectWith(emulator.adminKey);
		id = emulator.state.put({ name: "Root" }).id;
		emulator.state.put({ name: "Other" });
		project = { kind: "project", id: emulator.state.addProject("Production").id };
		emulator.state.addProject("Old", { archived: true });
	});
	afterEach(async () => {
		await transport.close();
		await emulator.close();
	});

	function connectWith(key: string): void {
		const credentials = { baseUrl: parseBaseUrl(emulator.url), key, clientCertificate: null };
		const open = async () => new AdminClient(transport, async () => credentials);
		certificates = new CertificateStore(open, async () => fakeReader());
		projects = new ProjectStore(open);
		organization = { open, certificates, projects };
	}

	const activate = (...scopes: readonly Scope[]) => {
		for (const scope of scopes)
			emulator.state.setActive(scope.kind === "project" ? scope.id : "organization", [id], true).commit();
	};
	const writes = () => emulator.exchanges.filter(({ method }) => method !== "GET").length;
	const confirm = async () => ({
		organizationRef,
		confirmed: await prepareDeletion(organization, { organizationRef, id }),
	});
	const isStored = () => emulator.state.certificates.some((each) => each.id === id);
	const shown = () => certificates.state.listing?.certificates.find((each) => each.id === id);
	/** Loses the responses to both attempts of a call. */
	const loseAnswers = (operation: Operation, when: "before" | "after", fault: FaultKind = { kind: "reset" }) =>
		emulator.faults.arm({ ...fault, operation, when, times: 2 });

	for (const projectListInherits of [false, true])
		for (const projectListInactive of [false, true])
			for (const staleReads of [0, Number.POSITIVE_INFINITY]) {
				const lists = `${staleReads ? "stale lists" : "lists"} with${projectListInherits ? "" : "out"} inherited and with${projectListInactive ? "" : "out"} inactive certificates`;
				it(`R35 deactivates everywhere and deletes, using ${lists}`, async () => {
					Object.assign(emulator.switches, { projectListInherits, projectListInactive, staleReads });
					activate(ORGANIZATION, project);
					emulator.state.endStaleReads();
					const { deleted, scopes } = await deactivateEverywhereAndDelete(organization, await confirm());
					assert.deepEqual([deleted, isStored(), shown()], [true, false, undefined]);
					assert.ok(scopes.every(({ changed }) => changed.length === 1));
					await certificates.load();
					assert.equal(shown(), undefined);
				});
			}

	for (const [title, fault] of [
		["", null],
		[", but with an unknown outcome if the response was lost", { kind: "reset" }],
		[", but with an unknown outcome if the response was truncated", { kind: "cut" }],
	] as const)
		it(`R34 reports that an activation locked this extension out${title}`, async () => {
			emulator.switches.lockOut = true;
			const target = { organizationRef, scopes: [ORGANIZATION, project], ids: [id] };
			const confirmed = await prepareActivation(organization, target);
			if (fault) emulator.faults.arm({ ...fault, operation: "activate", when: "after" });
			const results = await setActive(organization, { ...target, active: true, confirmed });
			const [projectResult, organizationResult] = results;
			assert.deepEqual([projectResult?.scope, projectResult?.changed], [project, [id]]);
			const answered = fault === null;
			assert.deepEqual([organizationResult?.changed, organizationResult?.unknown], answered ? [[id], []] : [[], [id]]);
			const required = { reason: "mtls", code: "certificate_required", status: 401 };
			assert.deepEqual([organizationResult?.lockedOut, organizationResult?.problem === null], [required, answered]);
			assert.equal(shown()?.active, answered ? true : undefined);
			assert.deepEqual(certificates.state.problem, required);
			assert.ok(shown(), "what was known is still shown");
		});

	for (const when of ["after", "before"] as const)
		it(`R34 reads back the state if both responses are lost, ${when === "after" ? "done" : "not done"}`, async () => {
			loseAnswers("projectActivate", when);
			const [result] = await setActive(organization, { organizationRef, scopes: [project], ids: [id], active: true });
			const isDone = when === "after";
			assert.deepEqual([result?.changed, result?.failed], isDone ? [[id], []] : [[], [id]]);
			assert.equal(result?.problem?.reason, isDone ? undefined : "connection-lost");
			loseAnswers("rename", when);
			const renamed = renameCertificate(organization, { organizationRef, shown: { id, name: "Root" }, name: "New" });
			if (isDone) assert.equal((await renamed).name, "New");
			else assert.equal((await expectProblem(renamed)).reason, "connection-lost");
			assert.equal(shown()?.name, isDone ? "New" : "Root");
		});

	for (const when of ["after", "before"] as const)
		it(`R35 reads back the state if both responses to a delete are lost, ${when === "after" ? "done" : "not done"}`, async () => {
			const request = await confirm();
			loseAnswers("delete", when);
			const deletion = deleteCertificate(organization, request);
			if (when === "after") await deletion;
			else assert.equal((await expectProblem(deletion)).reason, "connection-lost");
			assert.deepEqual([isStored(), shown() !== undefined], [when === "before", when === "before"]);
		});

	it("R35 passes on the service's refusal if somebody activated the certificate and no list shows it yet", async () => {
		const request = await confirm();
		emulator.switches.staleReads = Number.POSITIVE_INFINITY;
		activate(project);
		const problem = await expectProblem(deleteCertificate(organization, request));
		assert.deepEqual([problem.reason, "code" in problem && problem.code], ["rejected", "certificate_in_use"]);
		assert.equal(isStored(), true);
	});

	it("R36 requires a new confirmation after a rename by others, and reports a deletion by others", async () => {
		const request = await confirm();
		emulator.state.rename(id, "Elsewhere").commit();
		assert.deepEqual(await expectProblem(deleteCertificate(organization, request)), { reason: "changed-meanwhile" });
		assert.equal(shown()?.name, "Elsewhere");
		emulator.state.remove(id).commit();
		const target = { organizationRef, scopes: [project], ids: [id], active: true };
		for (const act of [() => deleteCertificate(organization, request), () => setActive(organization, target)])
			assert.deepEqual(await expectProblem(act()), { reason: "not-found" });
		assert.deepEqual([writes(), shown()], [0, undefined]);
	});

	for (const status of [401, 403] as const)
		for (const shape of ["object", "text"] as const)
			it(`R53 deletes nothing with a key that may not list projects: ${status}, ${shape}`, async () => {
				emulator.switches.missingPermission = { status, shape };
				connectWith(emulator.keys.add(["api.mtls.read", "api.mtls.write"]));
				const request = await confirm();
				const problem = {
					reason: "scopes-unread",
					organization: false,
					allProjects: true,
					projects: [],
					why: { reason: "forbidden", permission: "api.management.read" },
				};
				assert.deepEqual(await expectProblem(deleteCertificate(organization, request)), problem);
				assert.deepEqual(await expectProblem(deactivateEverywhereAndDelete(organization, request)), problem);
				assert.equal(writes(), 0);
				const [result] = await setActive(organization, {
					organizationRef,
					scopes: [ORGANIZATION],
					ids: [id],
					active: true,
				});
				assert.deepEqual(result?.changed, [id], "the certificates keep working");
			});
});
