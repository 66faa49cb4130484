import assert from "node:assert/strict";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import type { AffectedClient, ClientImpact } from "../../../../src/features/clientImpact/clientImpact.ts";
import { describeClientImpact, formatClientList } from "../../../../src/features/clientImpact/clientImpactMessages.ts";
import { knownClient } from "../clients/setup.ts";

const NOW = 1_000_000_000;
const DAY = 86_400;
const time = { now: NOW, reminderDays: 30 };
const others = "There might be other clients, which this extension doesn't know.";

function affected(name: string, days = 90, more: Partial<AffectedClient> = {}): AffectedClient {
	const client = knownClient([], { name, notAfter: NOW + days * DAY + 60 });
	return { client, scopes: [ORGANIZATION], issues: [], ...more };
}

const impact = (
	known: number,
	rejected: readonly AffectedClient[] = [],
	unknown: readonly AffectedClient[] = [],
): ClientImpact => ({ kind: "judged", known, rejected, unknown });

const several = (count: number) => Array.from({ length: count }, (_, index) => affected(`c${index}`));

describe("Known clients in a question", () => {
	const texts: readonly (readonly [ClientImpact, string])[] = [
		[
			impact(9, [affected("build-agent-3", 12), affected("billing")], [affected("x")]),
			"2 of 9 known clients won't be accepted by what stays active: build-agent-3 (expires in 12 days), billing; 1 is unknown.",
		],
		[
			impact(9, [affected("billing")], several(2)),
			"1 of 9 known clients won't be accepted by what stays active: billing; 2 are unknown.",
		],
		[impact(1, [affected("billing")]), "1 of 1 known client won't be accepted by what stays active: billing."],
		[
			impact(9, several(9)),
			"9 of 9 known clients won't be accepted by what stays active: c0, c1, c2, c3, c4 and 4 more.",
		],
		[impact(2, [], [affected("billing")]), "1 of 2 known clients might not be accepted by what stays active: billing."],
		[impact(2), "0 of 2 known clients will be rejected because of this (checked offline)."],
	];

	it("are counted, and the first are named, with an expiry that is near", () => {
		for (const [value, text] of texts) assert.equal(describeClientImpact(value, time), `${text} ${others}`);
	});

	it("R58 can't be checked if their record can't be read", () => {
		const problem = { reason: "record-newer" } as const;
		assert.equal(
			describeClientImpact({ kind: "unread", problem }, time),
			`Couldn't check the known clients. A newer version of this extension saved data that this version can't read. Update this extension. ${others}`,
		);
	});

	it("R12 have harmless names", () => {
		const hostile = impact(1, [affected("a\n[x](command:y)$(trash)")]);
		for (const text of [describeClientImpact(hostile, time), formatClientList(hostile, () => null, NOW)])
			assert.doesNotMatch(text, /\]\(|\$\(|a\n/);
	});

	it("are listed completely, with places and reasons", () => {
		const issue = { code: "no-client-authentication", subject: "CN=billing", certificate: "" } as const;
		const scopes = [ORGANIZATION, { kind: "project", id: "proj_1" }] as const;
		const value = impact(
			9,
			[affected("billing", 12, { scopes, issues: [issue] })],
			[affected("agent", 90, { scopes: [] })],
		);
		assert.equal(
			formatClientList(value, () => "Production", NOW),
			[
				"Won't be accepted by what stays active: 1",
				"",
				"• billing: expires in 12 days",
				"  In the organization and project “Production”",
				"  The extended key usage of CN=billing doesn't include client authentication.",
				"",
				"Might not be accepted by what stays active: 1",
				"",
				"• agent: expires in 90 days",
				"  Not everything that stays active could be read.",
				"",
				`Checked offline: CEL filters and revocation aren't checked. ${others}`,
				"",
			].join("\n"),
		);
	});
});
