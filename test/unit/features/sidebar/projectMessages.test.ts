import assert from "node:assert/strict";
import { formatTimeLeft } from "../../../../src/common/messages/dates.ts";
import { describeProblem } from "../../../../src/common/messages/problems/problems.ts";
import type { EnforcedCertificate } from "../../../../src/domain/activationStatus.ts";
import {
	formatEnforcedActivation,
	formatEnforcedDescription,
	formatProjectDescription,
	formatProjectLabel,
	type ProjectStatus,
	projectTooltip,
} from "../../../../src/features/sidebar/projectMessages.ts";
import { project } from "../../fakes/adminApi.ts";
import { certificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

describe("A project's texts", () => {
	const production = project("proj_p", { name: "Production", createdAt: NOW });
	const read: ProjectStatus = {
		...{ project: production, enforced: [], loadedAt: NOW * 1000, loading: false, problem: null },
	};
	const enforced = (...hows: readonly EnforcedCertificate["how"][]) => ({
		enforced: hows.map((how, index) => ({ certificate: certificate(`cert_${index}`), how })),
	});
	const problem = { reason: "service-error", status: 500 } as const;

	const cases: readonly [Partial<ProjectStatus>, RegExp][] = [
		[{}, /^none active$/],
		[enforced("own", "own"), /^2 active$/],
		[enforced("inherited"), /^1 inherited$/],
		[enforced("own", "inherited", "inherited"), /^1 active, 2 inherited$/],
		[enforced("either"), /^1 active$/],
		[{ project: { ...production, archived: true }, ...enforced("own") }, /^archived · 1 active$/],
		[{ loadedAt: null, loading: true }, /^loading…$/],
		[{ loadedAt: null, problem }, /^couldn't be read$/],
		[{ loadedAt: null, problem, loading: true }, /^loading…$/],
		[{ ...enforced("own"), problem }, /^1 active · as of .*2027/],
		[{ ...enforced("own"), loading: true }, /^1 active$/],
	];
	for (const [overrides, expected] of cases)
		it(`describe its state: ${expected.source}`, () => {
			const situation = { ...read, ...overrides };
			assert.match(formatProjectDescription(situation), expected);
			assert.equal(formatProjectLabel(situation), `Production, ${formatProjectDescription(situation)}`);
		});

	it("show details in the tooltip", () => {
		const lines = projectTooltip({ ...read, problem }).split("\n");
		assert.deepEqual(lines.slice(0, 2), ["Production", "ID: proj_p"]);
		assert.match(lines[3] ?? "", /^Created: 2027-01-15 /);
		assert.match(lines[4] ?? "", /^Last read: /);
		assert.equal(lines[5], describeProblem(problem));
	});

	it("say whether the project or the organization enforces a certificate", () => {
		const one = certificate("one", { expiresAt: NOW + 12 * DAY });
		const left = formatTimeLeft(one.expiresAt, NOW);
		const texts = (how: EnforcedCertificate["how"]) => [
			formatEnforcedDescription({ certificate: one, how }, NOW),
			formatEnforcedActivation({ certificate: one, how }, production),
		];
		assert.deepEqual(texts("own"), [left, "active in “Production”"]);
		assert.deepEqual(texts("inherited"), [
			`${left} · inherited from the organization`,
			"active in “Production”, inherited from the organization",
		]);
		assert.match(texts("either")[0] ?? "", /inherited from the organization, possibly also active here$/);
	});
});
