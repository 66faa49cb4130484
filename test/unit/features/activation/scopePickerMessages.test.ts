import assert from "node:assert/strict";
import { labels } from "../../../../src/common/messages/labels.ts";
import { describeProblem } from "../../../../src/common/messages/problems/problems.ts";
import type { Project } from "../../../../src/domain/scope.ts";
import {
	formatOrganizationChoice,
	formatProjectChoice,
	scopePickerLabels,
	scopePickerPlaceholder,
	scopePickerTitle,
} from "../../../../src/features/activation/scopePickerMessages.ts";
import { project } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

describe("The prompt for scopes", () => {
	it("names the certificate, and asks where", () => {
		const acme = certificate("a", { name: "Acme" });
		assert.equal(scopePickerTitle([acme], true), "Activate “Acme”");
		assert.equal(scopePickerTitle([acme], false), "Deactivate “Acme”");
		assert.equal(scopePickerPlaceholder(null), "Select where (one or more)");
	});

	it("says that projects might be missing, and the reason", () => {
		const problem = { reason: "timeout", host: "a.test" } as const;
		assert.equal(
			scopePickerPlaceholder(problem),
			`Select where (one or more). Some projects might be missing: ${describeProblem(problem)}`,
		);
	});

	it("describes the organization by what it affects", () => {
		assert.equal(scopePickerLabels.organization, "The organization");
		assert.equal(formatOrganizationChoice([false]), "all projects, and this extension · not active");
	});

	const p: Project = project("p");
	const states: readonly (readonly [(boolean | undefined)[], string])[] = [
		[[true], "active"],
		[[true, true], "active"],
		[[false, false], "not active"],
		[[true, false, true], "2 of 3 active"],
		[[undefined], "activation unknown"],
		[[true, undefined], "activation unknown"],
	];
	for (const [active, text] of states)
		it(`describes a project by its id, and whether the certificates are active: ${text}`, () => {
			assert.equal(formatProjectChoice(p, active), `p · ${text}`);
			assert.equal(formatProjectChoice({ ...p, archived: true }, active), `p · ${labels.archived} · ${text}`);
		});
});
