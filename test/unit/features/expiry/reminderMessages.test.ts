import assert from "node:assert/strict";
import {
	describeDeletedMeanwhile,
	formatCertificateName,
} from "../../../../src/common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry } from "../../../../src/common/messages/dates.ts";
import { badgeTooltip } from "../../../../src/features/expiry/badgeMessage.ts";
import type { SnapshotCertificate } from "../../../../src/features/expiry/expiryRules.ts";
import { describeDeletedSinceReminder, describeReminder } from "../../../../src/features/expiry/reminderMessages.ts";

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

const due = (name: string | null, days: number): SnapshotCertificate => ({
	id: "cert_1",
	name,
	expiresAt: (NOW + days * DAY) / 1000,
});

const expiry = (days: number) => formatExpiry((NOW + days * DAY) / 1000, NOW / 1000);

describe("Messages about expiring certificates", () => {
	it("count the certificates in the badge's tooltip", () => {
		assert.equal(badgeTooltip(1), "1 certificate expires soon, or has expired but is still active");
		assert.equal(badgeTooltip(2), "2 certificates expire soon, or have expired but are still active");
	});

	it("name up to three certificates with their expiry, and count the others", () => {
		assert.equal(describeReminder([due("A", 2)], NOW, NOW), `“A” is active and ${expiry(2)}.`);
		assert.equal(
			describeReminder([due(null, -2)], NOW, NOW),
			`“${formatCertificateName({ name: null })}” is active and ${expiry(-2)}.`,
		);
		const all = [due("A", 1), due("B", 2), due("C", 3), due("D", 4), due("E", 5)];
		assert.equal(
			describeReminder(all, NOW, NOW),
			`5 active certificates expire soon or have expired: “A” (${expiry(1)}), “B” (${expiry(2)}), “C” (${expiry(3)}) and 2 more.`,
		);
	});

	it("name clients after the certificates", () => {
		const client = (name: string, days: number) => ({ sha256: name, name, expiresAt: (NOW + days * DAY) / 1000 });
		assert.equal(
			describeReminder([], NOW - DAY, NOW, [client("billing", 12)]),
			`The client certificate “billing” ${expiry(12)}.`,
		);
		assert.equal(
			describeReminder(
				[due("A", 2)],
				NOW,
				NOW,
				[1, 2, 3, 4].map((days) => client(`c${days}`, days)),
			),
			`“A” is active and ${expiry(2)}. 4 client certificates expire soon: “c1” (${expiry(1)}), “c2” (${expiry(2)}), “c3” (${expiry(3)}) and 1 more.`,
		);
		assert.doesNotMatch(describeReminder([], NOW, NOW, [client("[a](command:b)\n", 2)]), /\]\(|\n/);
	});

	it("give the time of the snapshot once it is a day old", () => {
		const recent = describeReminder([due("A", 2)], NOW - DAY + 1, NOW);
		assert.equal(recent, describeReminder([due("A", 2)], NOW, NOW));
		assert.equal(
			describeReminder([due("A", 2)], NOW - DAY, NOW),
			`${recent} Last checked ${formatDateTime(NOW - DAY)}.`,
		);
	});

	it("name a certificate that was deleted after the reminder", () => {
		assert.equal(describeDeletedSinceReminder(due("A", 2)), describeDeletedMeanwhile("“A”"));
	});

	it("R12 R13 show any name as short plain text", () => {
		const text = describeReminder([due("[a](command:b) \u202e$(trash)\n", 2), due("x".repeat(9999), 3)], NOW, NOW);
		assert.doesNotMatch(text, /\]\(|\u202e|\$\(|\n/);
		assert.ok(text.length < 400);
	});
});
