import assert from "node:assert/strict";
import type { CertificateListing } from "../../../../src/domain/certificate.ts";
import { findActiveScopes, type ScopeReading } from "../../../../src/features/organization/activeScopes.ts";
import { project } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("The active scopes of a certificate", () => {
	const p = project("p");
	const active = listing(certificate("one", { active: true }), certificate("two"));
	const inactive = listing(certificate("one"), certificate("two", { active: true }));
	const absent = listing(certificate("two", { active: true }));
	const unspecified = listing(certificate("one", { active: undefined }));
	const forbidden = { reason: "forbidden", permission: null } as const;

	const completeReading = { projects: [p], unreadable: 0, complete: true, problem: null };
	const read = (each: CertificateListing | null): ScopeReading => ({ listing: each, problem: null });
	const find = (organization: CertificateListing | null, scope: ScopeReading, reading = {}) =>
		findActiveScopes("one", organization, { ...completeReading, ...reading, scope: () => scope });

	const known: readonly [string, CertificateListing, CertificateListing, boolean, string | null][] = [
		["none", inactive, inactive, false, null],
		["none, by a list without inactive certificates", inactive, absent, false, null],
		["the project", inactive, active, false, "own"],
		["the organization, from which the project inherits the certificate", active, inactive, true, "inherited"],
		["the organization, if the project's list lacks the certificate", active, absent, true, "inherited"],
		["the organization, and perhaps the project too", active, active, true, "either"],
	];
	for (const [title, organization, scope, inOrganization, how] of known)
		it(`are ${title}`, () => {
			assert.deepEqual(find(organization, read(scope)), {
				organization: inOrganization,
				projects: how === null ? [] : [{ project: p, how }],
				unknown: [],
				allProjects: true,
				complete: true,
				problem: null,
			});
		});

	const unknown: readonly [string, ScopeReading][] = [
		["was not read", read(null)],
		["could not be read", { listing: null, problem: forbidden }],
		["could not be read recently", { listing: inactive, problem: forbidden }],
		["is incomplete and lacks the certificate", read({ ...absent, complete: false })],
		["has an unreadable entry and lacks the certificate", read({ ...absent, unreadable: 1 })],
		["does not say whether the certificate is active", read(unspecified)],
	];
	for (const [title, scope] of unknown)
		it(`R53 are unknown in a project whose list ${title}`, () => {
			const found = find(inactive, scope);
			assert.deepEqual(found.unknown, [p]);
			assert.deepEqual(found.projects, []);
			assert.deepEqual(found.problem, scope.problem);
			assert.equal(found.complete, false);
			assert.deepEqual(find(active, scope).projects, [{ project: p, how: "either" }], "inherited in any case");
		});

	it("R53 include all certificates that an incomplete list shows", () => {
		const capped = { ...inactive, complete: false, unreadable: 1 };
		assert.equal(find(capped, read(capped)).complete, true);
		assert.equal(find({ ...absent, complete: false }, read(inactive)).organization, undefined);
		assert.equal(find({ ...absent, complete: false }, read(inactive)).complete, false);
	});

	it("R53 do not separate own from inherited activations if the organization's list is unread", () => {
		const found = find(null, read(active));
		assert.equal(found.organization, undefined);
		assert.deepEqual(found.projects, [{ project: p, how: "either" }]);
		assert.equal(found.complete, false);
	});

	for (const [title, reading] of [
		["were not read", { projects: null }],
		["are too many", { complete: false }],
		["include one that cannot be read", { unreadable: 1 }],
		["could not be read recently", { problem: forbidden }],
	] as const)
		it(`R53 are unknown if the projects ${title}`, () => {
			const found = find(inactive, read(inactive), reading);
			assert.equal(found.allProjects, false);
			assert.equal(found.complete, false);
		});
});
