import assert from "node:assert/strict";
import { ORGANIZATION, type Scope } from "../../../../src/domain/scope.ts";
import { findExpiredPredecessors } from "../../../../src/features/activation/expiredPredecessors.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { X509CertificateFileReader } from "../../../../src/x509/certificateFileReader.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../../../certificates.ts";
import type { Project } from "../../../emulator/state.ts";
import { apiFixtureForEachTest } from "../../openai/setup.ts";

const DAY = 86_400;

describe("An expired certificate beside its activated renewal", () => {
	const fixture = apiFixtureForEachTest();
	let certificates: CertificateStore;
	let projects: ProjectStore;
	let production: Project;
	let expired: TestCertificate;
	let renewal: TestCertificate;
	let ids: { readonly expired: string; readonly renewal: string };

	before(async () => {
		expired = await makeCertificate({ commonName: "Acme", notBefore: daysFromNow(-400), notAfter: daysFromNow(-2) });
		renewal = await makeCertificate({ commonName: "Acme", keyOf: expired });
	});

	beforeEach(() => {
		const { api, emulator } = fixture;
		certificates = new CertificateStore(
			async () => api,
			async () => new X509CertificateFileReader(),
		);
		projects = new ProjectStore(async () => api);
		production = emulator.state.addProject("Production");
		ids = { expired: put("Old", expired, -2), renewal: put("New", renewal, 365) };
	});

	/** Stores a certificate at the service. @returns its id */
	const put = (name: string, { pem, sha256 }: TestCertificate, daysLeft: number): string => {
		const expiresAt = Math.floor(Date.now() / 1000) + daysLeft * DAY;
		return fixture.emulator.state.put({ name, pem, sha256, validAt: expiresAt - 400 * DAY, expiresAt }).id;
	};

	const activate = (scope: Scope, ...chosen: readonly string[]) =>
		fixture.emulator.state.setActive(scope.kind === "project" ? scope.id : scope.kind, chosen, true).commit();

	/** Activates the renewal in a scope, reads the lists, and returns the names of the expired certificates found. */
	const find = async (scope: Scope) => {
		activate(scope, ids.renewal);
		await Promise.all([certificates.load(), projects.refresh()]);
		const listed = certificates.state.listing?.certificates ?? [];
		const certificate = listed.find(({ id }) => id === ids.renewal) ?? assert.fail();
		const activated = [{ certificate, content: await certificates.getContent(ids.renewal) }];
		const found = await findExpiredPredecessors({ certificates, projects }, activated, [scope], Date.now() / 1000);
		for (const each of found) assert.equal(each.renewal, certificate);
		return found.map(({ expired }) => expired.name);
	};

	const contentRequests = () => fixture.emulator.exchanges.filter(({ query }) => query.includes("content")).length;

	it("is found in the same scope, and in a project that inherits one of the two", async () => {
		const inProduction: Scope = { kind: "project", id: production.id };
		activate(ORGANIZATION, ids.expired);
		assert.deepEqual(await find(ORGANIZATION), ["Old"]);
		assert.deepEqual(await find(inProduction), ["Old"]);
	});

	it("is found in a project if the renewal is activated in the organization", async () => {
		activate({ kind: "project", id: production.id }, ids.expired);
		assert.deepEqual(await find(ORGANIZATION), ["Old"]);
	});

	it("is not found if it is inactive, or active in another project only", async () => {
		const staging = fixture.emulator.state.addProject("Staging");
		assert.deepEqual(await find(ORGANIZATION), []);
		activate({ kind: "project", id: staging.id }, ids.expired);
		fixture.emulator.state.setActive("organization", [ids.renewal], false).commit();
		assert.deepEqual(await find({ kind: "project", id: production.id }), []);
	});

	it("has the same subject and the same key", async () => {
		const options = { notBefore: daysFromNow(-400), notAfter: daysFromNow(-1) };
		const otherKey = await makeCertificate({ ...options, commonName: "Acme" });
		const otherSubject = await makeCertificate({ ...options, commonName: "Other", keyOf: expired });
		activate(ORGANIZATION, put("Other key", otherKey, -1), put("Other subject", otherSubject, -1));
		assert.deepEqual(await find(ORGANIZATION), []);
	});

	it("costs no request if nothing that is active has expired", async () => {
		activate(ORGANIZATION, put("Valid", await makeCertificate({ commonName: "Acme", keyOf: expired }), 9));
		assert.deepEqual(await find(ORGANIZATION), []);
		assert.equal(contentRequests(), 1);
	});

	it("is skipped if it can't be read", async () => {
		activate(ORGANIZATION, ids.expired);
		fixture.emulator.state.put({ ...fixture.emulator.state.get(ids.expired), pem: "no certificate" });
		assert.deepEqual(await find(ORGANIZATION), []);
	});
});
