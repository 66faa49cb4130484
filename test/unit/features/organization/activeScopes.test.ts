import assert from "node:assert/strict";
import type { CertificateListing } from "../../../../src/domain/certificate.ts";
import { findActiveScopes, type ScopeReading } from "../../../../src/features/organization/activeScopes.ts";
import { project } from "../../fakes/adminApi.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("Where a certificate is active", () => {
	const p = project("p");
	const active = listing(certificate("one", { active: true }), certificate("two"));
	const inactive = listing(certificate("one"), certificate("two", { active: true }));
	const absent = listing(certificate("two", { active: true }));
	const unsaid = listing(certificate("one", { active: undefined }));
	const forbidden = { reason: "forbidden", permission: null } as const;

	const whole = { projects: [p], unreadable: 0, complete: true, problem: null };
	const read = (each: CertificateListing | null): ScopeReading => ({ listing: each, problem: null });
	const where = (organization: CertificateListing | null, scope: ScopeReading, reading = {}) =>
		findActiveScopes("one", organization, { ...whole, ...reading, scope: () => scope });

	const known: readonly [string, CertificateListing, CertificateListing, boolean, string | null][] = [
		["nowhere", inactive, inactive, false, null],
		["nowhere, by a list that leaves out what is not active", inactive, absent, false, null],
		["in the project", inactive, active, false, "own"],
		["in the organization, which imposes it on the project", active, inactive, true, "inherited"],
		["in the organization, the project's list leaving it out", active, absent, true, "inherited"],
		["in the organization, and perhaps in the project too", active, active, true, "either"],
	];
	for (const [what, organization, scope, inOrganization, how] of known)
		it(`is ${what}`, () => {
			assert.deepEqual(where(organization, read(scope)), {
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
		["could not be read lately", { listing: inactive, problem: forbidden }],
		["is capped and does not show it", read({ ...absent, complete: false })],
		["holds what cannot be read and does not show it", read({ ...absent, unreadable: 1 })],
		["does not say whether it is active", read(unsaid)],
	];
	for (const [what, scope] of unknown)
		it(`R53 is not known in a project whose list ${what}`, () => {
			const found = where(inactive, scope);
			assert.deepEqual(found.unknown, [p]);
			assert.deepEqual(found.projects, []);
			assert.deepEqual(found.problem, scope.problem);
			assert.equal(found.complete, false);
			assert.deepEqual(where(active, scope).projects, [{ project: p, how: "either" }], "imposed in any case");
		});

	it("R53 takes a capped list's word for what it does show", () => {
		const capped = { ...inactive, complete: false, unreadable: 1 };
		assert.equal(where(capped, read(capped)).complete, true);
		assert.equal(where({ ...absent, complete: false }, read(inactive)).organization, undefined);
		assert.equal(where({ ...absent, complete: false }, read(inactive)).complete, false);
	});

	it("R53 cannot tell the project's from the organization's where that is unread", () => {
		const found = where(null, read(active));
		assert.equal(found.organization, undefined);
		assert.deepEqual(found.projects, [{ project: p, how: "either" }]);
		assert.equal(found.complete, false);
	});

	for (const [what, reading] of [
		["were not read", { projects: null }],
		["are too many", { complete: false }],
		["hold one that cannot be read", { unreadable: 1 }],
		["could not be read lately", { problem: forbidden }],
	] as const)
		it(`R53 is not known where the projects ${what}`, () => {
			const found = where(inactive, read(inactive), reading);
			assert.equal(found.allProjects, false);
			assert.equal(found.complete, false);
		});
});
