import assert from "node:assert/strict";
import {
	type CertificateWithContent,
	describeChangedMeanwhile,
	formatCertificateLines,
} from "../../../../src/common/messages/certificateMessages.ts";
import { formatScopeLines, type ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import { describeImpact, describeWorkloads } from "../../../../src/features/activation/activationMessages.ts";
import {
	type ActiveDeletionQuestion,
	deleteLabels,
	deletionProgressTitle,
	describeActiveDeletion,
	describeActiveScopes,
	describeDeleted,
	describeInactiveDeletion,
	describeLoss,
} from "../../../../src/features/deletion/deleteMessages.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const time = { now: 1_800_000_000, reminderDays: 30 };
const subject: CertificateWithContent = {
	certificate: certificate("cert_1", { name: "Acme", expiresAt: time.now + 400 * 86_400 }),
	content: parsedCertificate("x"),
};
const nowhere: ScopeSummary = { organization: false, projects: [] };
const organization: ScopeSummary = { organization: true, projects: [] };

describe("The prompt before a deletion", () => {
	it("R35 shows the certificate, and says that OpenAI keeps no copy", () => {
		const { message, detail } = describeInactiveDeletion(subject, false, time);
		assert.equal(message, "Delete “Acme”?");
		assert.equal(detail, [formatCertificateLines([subject], time), describeLoss()].join("\n\n"));
		assert.equal(describeLoss(), "It isn't active anywhere. OpenAI keeps no copy, so you'd have to upload it again.");
		const changed = describeInactiveDeletion(subject, true, time).detail;
		assert.equal(changed, [describeChangedMeanwhile(), detail].join("\n\n"));
	});

	it("R35 lists every scope where the certificate is active, and the consequences", () => {
		const projects = Array.from({ length: 21 }, (_, index) => ({ id: `proj_${index}`, name: `P${index}` }));
		const question: ActiveDeletionQuestion = {
			subject,
			scopes: { organization: true, projects },
			unenforced: organization,
			inheritedOnly: nowhere,
			unknown: nowhere,
			access: "This is the effect.",
			clients: { kind: "judged", known: 2, rejected: [], unknown: [] },
			changed: true,
		};
		const { message, detail } = describeActiveDeletion(question, time);
		assert.equal(message, "Deactivate “Acme” everywhere and delete it?");
		assert.equal(
			detail,
			[
				describeChangedMeanwhile(),
				formatCertificateLines([subject], time),
				describeActiveScopes(question.scopes),
				...describeImpact(question),
				"0 of 2 known clients will be rejected because of this (checked offline). There might be other clients, which this extension doesn't know.",
				describeWorkloads(),
				"This is the effect.",
				"It's deactivated in one place after the other, then deleted; OpenAI keeps no copy. If a deactivation fails, the rest is skipped.",
			].join("\n\n"),
		);
		assert.equal(describeActiveScopes(question.scopes), `It's active in:\n${formatScopeLines(question.scopes, 20)}`);
		assert.equal(describeActiveScopes(question.scopes).split("\n").length, 1 + 1 + 20 + 1);
	});

	it("has distinct buttons, and repeats the verbs of the question", () => {
		assert.deepEqual(
			{ ...deleteLabels },
			{
				checkingActivation: "Checking where the certificate is active…",
				deactivateAndDelete: "Deactivate Everywhere and Delete",
				delete: "Delete",
				dontDelete: "Don't Delete",
				savePem: "Save PEM As…",
			},
		);
	});
});

describe("Messages of a deletion", () => {
	it("name the certificate", () => {
		assert.equal(deletionProgressTitle(subject.certificate, false), "Deleting “Acme”…");
		assert.equal(deletionProgressTitle(subject.certificate, true), "Deactivating “Acme” everywhere and deleting it…");
		assert.equal(describeDeleted(subject.certificate), "Deleted “Acme”.");
	});
});
