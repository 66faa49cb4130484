import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Problem } from "../../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../../../src/domain/scope.ts";
import { findAnchorChanges } from "../../../../src/features/clientImpact/anchorChanges.ts";
import { type AffectedClient, assessClients } from "../../../../src/features/clientImpact/clientImpact.ts";
import { readScopeAnchors } from "../../../../src/features/clients/clientStatus.ts";
import { ClientJudge } from "../../../../src/features/clients/judgeClients.ts";
import type { KnownClient } from "../../../../src/features/clients/knownClient.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { openChecks } from "../../../../src/x509/chainCheck.ts";
import { type CertificateOptions, daysFromNow, makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { FakeAdminApi, failWith, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, fakeReader } from "../../fakes/certificatesApi.ts";
import { knownClient, makeClient } from "../clients/setup.ts";

const P = projectScope("p");

describe("The effect of a deactivation on known clients", () => {
	/** CA certificates by id. */
	const anchors = new Map<string, TestCertificate>();
	/** A client of each CA, and an expired client of the old CA. */
	const clients: KnownClient[] = [];
	let fake: FakeAdminApi;
	/** The ids of anchors whose contents can't be read. */
	let unreadable: readonly string[];

	const addClient = async (name: string, issuer: TestCertificate | undefined, more: CertificateOptions = {}) => {
		const made = await makeClient({ commonName: name, ...(issuer && { issuer }), ...more });
		const { validFromDate, validToDate } = new X509Certificate(made.der);
		const [notBefore, notAfter] = [validFromDate, validToDate].map((date) => Math.floor(date.getTime() / 1000));
		clients.push(knownClient([made], { name, notBefore: notBefore ?? 0, notAfter: notAfter ?? 0 }));
	};

	before(async () => {
		for (const id of ["old", "other", "next"]) anchors.set(id, await makeCertificate({ commonName: id }));
		for (const [id, anchor] of anchors) await addClient(`of ${id}`, anchor);
		await addClient("expired", anchors.get("old"), { notBefore: new Date(0), notAfter: new Date(1000) });
	});

	beforeEach(() => {
		unreadable = [];
		fake = new FakeAdminApi(
			[...anchors.keys()].map((id) => certificate(id)),
			[project("p"), project("q")],
		);
	});

	const activate = (id: string, ...scopes: readonly Scope[]) => {
		for (const scope of scopes) fake.activeIn(scope).add(id);
	};

	const describeAffected = (affected: readonly AffectedClient[]) =>
		Object.fromEntries(affected.map(({ client, scopes }) => [client.name, scopes.map(scopeKey)]));

	/** Returns the clients that are affected if the old certificate is deactivated, with the scopes. */
	async function effect(scopes: readonly Scope[], { next = null as string | null } = {}) {
		const certificates = new CertificateStore(
			async () => fake,
			async () => fakeReader(),
		);
		const projects = new ProjectStore(async () => fake);
		const enforcement = new EnforcementIndex(certificates, projects);
		await Promise.all([certificates.refresh(), projects.refresh()]);
		const read = readScopeAnchors({ certificates, projects, enforcement });
		const removal = { ids: ["old"], scopes, next: next === null ? null : certificate(next) };
		const changes = findAnchorChanges(read.scopes, removal, enforcement);
		const contentOf = (id: string) => (unreadable.includes(id) ? null : (anchors.get(id)?.der ?? null));
		const judging = { judge: new ClientJudge(async () => openChecks()), contentOf, now: Date.now() / 1000 };
		const impact = await assessClients(clients, { changes, allScopes: read.allScopes }, judging);
		assert.ok(impact.kind === "judged" && impact.known === clients.length);
		return { rejected: describeAffected(impact.rejected), unknown: describeAffected(impact.unknown) };
	}

	const key = (...scopes: readonly Scope[]) => scopes.map(scopeKey);
	const noClients = { rejected: {}, unknown: {} };

	for (const inherits of [false, true])
		describe(`if the lists of projects ${inherits ? "show" : "omit"} inherited certificates`, () => {
			beforeEach(() => {
				fake.projectListInherits = inherits;
			});

			it("rejects clients that chain to no certificate that stays active, and omits clients that are already rejected", async () => {
				activate("old", ORGANIZATION);
				activate("other", ORGANIZATION);
				const { rejected, unknown } = await effect([ORGANIZATION]);
				assert.deepEqual(Object.keys(rejected), ["of old"]);
				assert.ok(rejected["of old"]?.includes(scopeKey(ORGANIZATION)));
				assert.deepEqual(unknown, {});
			});

			it("rejects no client in a scope where no certificate stays active", async () => {
				activate("old", ORGANIZATION, P);
				assert.deepEqual(await effect([ORGANIZATION, P]), noClients);
			});

			it("accepts clients that chain to the replacement, also in a scope where it has yet to be activated", async () => {
				activate("old", ORGANIZATION, P);
				activate("next", P);
				activate("other", P);
				const { rejected, unknown } = await effect([ORGANIZATION, P], { next: "next" });
				assert.deepEqual(Object.keys(rejected), ["of old"]);
				assert.deepEqual(unknown, {});
			});
		});

	it("changes nothing in a project that inherits the certificate, too", async () => {
		activate("old", ORGANIZATION, P);
		activate("other", P);
		assert.deepEqual(await effect([P]), noClients);
	});

	it("concerns only the project where the certificate is deactivated", async () => {
		for (const id of ["old", "other"]) activate(id, P, projectScope("q"));
		assert.deepEqual(await effect([P]), { rejected: { "of old": key(P) }, unknown: {} });
	});

	it("also concerns a client that isn't valid yet, such as a renewal for the next week", async () => {
		const [notBefore, notAfter] = [daysFromNow(7), daysFromNow(97)];
		await addClient("early", anchors.get("old"), { notBefore, notAfter });
		for (const id of ["old", "other"]) activate(id, P);
		const { rejected, unknown } = await effect([P]);
		clients.pop();
		assert.deepEqual([rejected, unknown], [{ "of old": key(P), early: key(P) }, {}]);
	});

	it("leaves out a project that keeps an activation of its own", async () => {
		activate("old", ORGANIZATION, P);
		activate("other", P, projectScope("q"));
		assert.deepEqual(await effect([ORGANIZATION]), { rejected: { "of old": key(projectScope("q")) }, unknown: {} });
	});

	it("is unknown where a list doesn't show whether the project keeps an activation of its own", async () => {
		fake.projectListInherits = true;
		activate("old", ORGANIZATION);
		activate("other", P);
		assert.deepEqual(await effect([ORGANIZATION]), { rejected: {}, unknown: { "of old": key(P) } });
	});

	it("R53 is unknown where a content, a scope or the projects can't be read", async () => {
		activate("old", ORGANIZATION);
		activate("other", ORGANIZATION);
		unreadable = ["other"];
		const all = key(ORGANIZATION, P, projectScope("q"));
		const { rejected, unknown } = await effect([ORGANIZATION]);
		assert.deepEqual([rejected, unknown["of old"]], [{}, all]);

		unreadable = [];
		const problem: Problem = { reason: "forbidden", permission: "api.management.read" };
		fake.faultFor = (call) => (call === "list project/p" ? failWith(problem) : undefined);
		const inProject = await effect([ORGANIZATION]);
		assert.deepEqual(inProject.rejected, { "of old": key(ORGANIZATION, projectScope("q")) });

		fake.faultFor = (call) => (call.startsWith("projects") ? failWith(problem) : undefined);
		const { rejected: certain, unknown: rest } = await effect([ORGANIZATION]);
		assert.deepEqual(certain, { "of old": key(ORGANIZATION) });
		assert.deepEqual(rest, { expired: [], "of other": [], "of next": [] });
	});
});
