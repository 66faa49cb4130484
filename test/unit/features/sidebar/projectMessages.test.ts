import assert from "node:assert/strict";
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
		[enforced("inherited"), /^none of its own; the organization's 1 applies$/],
		[enforced("own", "inherited", "inherited"), /^1 active; the organization's 2 applies too$/],
		[enforced("either"), /^1 active$/],
		[{ project: { ...production, archived: true }, ...enforced("own") }, /^archived · 1 active$/],
		[{ loadedAt: null, loading: true }, /^loading…$/],
		[{ loadedAt: null, problem }, /^could not be read$/],
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
		assert.deepEqual(lines.slice(0, 2), ["Production", "Id: proj_p"]);
		assert.match(lines[3] ?? "", /^Created: 2027-01-15 /);
		assert.match(lines[4] ?? "", /^Read: /);
		assert.match(lines[5] ?? "", /OpenAI's service failed/);
	});

	it("say whether the project or the organization enforces a certificate", () => {
		const one = certificate("one", { expiresAt: NOW + 12 * DAY });
		const texts = (how: EnforcedCertificate["how"]) => [
			formatEnforcedDescription({ certificate: one, how }, NOW),
			formatEnforcedActivation({ certificate: one, how }, production),
		];
		assert.deepEqual(texts("own"), ["12 days left", "active in “Production”"]);
		assert.deepEqual(texts("inherited"), [
			"12 days left · through the organization",
			"active in “Production”, through the organization",
		]);
		assert.match(texts("either")[0] ?? "", /through the organization, or perhaps by itself$/);
	});
});
