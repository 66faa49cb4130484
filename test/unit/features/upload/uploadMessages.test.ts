import assert from "node:assert/strict";
import { formatDateTime, formatTimeOfDay } from "../../../../src/common/messages/dates.ts";
import { describeUnconfirmedUpload } from "../../../../src/common/messages/problems/uploadProblems.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import type { LookupOutcome, UploadEnding } from "../../../../src/domain/problem.ts";
import {
	checkingTitle,
	describeAlreadyPresent,
	describeArrival,
	describeBlockedFile,
	describeDuplicates,
	describeUploadSummary,
	forgettingTitle,
	formatFilePosition,
	formatRunningUpload,
	formatUnconfirmedUpload,
	unconfirmedAriaLabel,
	unconfirmedTooltip,
	uploadingTitle,
	uploadLabels,
} from "../../../../src/features/upload/uploadMessages.ts";
import { localTime, uploadAttempt } from "../../fakes/certificatesApi.ts";

const NOW = localTime(14, 10);

const pending = uploadAttempt({ sha256: `3f9a02c1${"0".repeat(56)}`, startedAt: localTime(14, 2) });
const NO_RESPONSE: UploadEnding = { kind: "no-response" };
const notSeen: LookupOutcome = { outcome: "not-seen", at: localTime(14, 5) };

const certificate = (id: string): Certificate => ({
	id,
	name: "Acme Root CA",
	createdAt: null,
	validAt: null,
	expiresAt: NOW / 1000 + 364 * 86_400,
	active: false,
});

describe("Upload messages", () => {
	it("give hour and minute, and the date if it is not today", () => {
		assert.equal(formatTimeOfDay(localTime(14, 5), NOW), "14:05");
		assert.equal(formatTimeOfDay(localTime(0, 5), NOW), "00:05");
		const yesterday = NOW - 86_400_000;
		assert.equal(formatTimeOfDay(yesterday, NOW), formatDateTime(yesterday));
	});

	const lookups: readonly (LookupOutcome | null)[] = [
		null,
		notSeen,
		{ outcome: "failed" },
		{ outcome: "partial" },
		{ outcome: "ambiguous" },
	];

	it("R21 R22 have a distinct sentence for each lookup outcome, with the step before another upload", () => {
		const sentences = lookups.map((lookup) => describeUnconfirmedUpload("Acme", NO_RESPONSE, lookup, NOW));
		assert.equal(new Set(sentences).size, lookups.length);
		for (const sentence of sentences)
			assert.match(
				sentence,
				/“Acme”.*(Check Now before you upload (?:it|the certificate|this one) again|select Forget Upload)\.$/,
			);
		assert.equal(
			describeUnconfirmedUpload("Acme", NO_RESPONSE, notSeen, NOW),
			"“Acme” was sent, but no response arrived. It wasn't in the list at 14:05 but might still appear. Select Check Now before you upload it again.",
		);
	});

	const endings: readonly (readonly [UploadEnding, RegExp])[] = [
		[NO_RESPONSE, /but no response arrived\./],
		[{ kind: "canceled" }, /^You canceled the upload of “Acme” after it was sent\./],
		[{ kind: "redirected" }, /but the server tried to redirect the request/],
		[{ kind: "unreadable" }, /but the response couldn't be read\./],
		[{ kind: "status", status: 503 }, /but OpenAI had a server error \(503\)\./],
		[{ kind: "status", status: 409 }, /but OpenAI reported a conflict \(409\)\./],
	];
	for (const [ending, expected] of endings)
		it(`say how an upload with unknown outcome ended: ${Object.values(ending).join(" ")}`, () => {
			const sentence = describeUnconfirmedUpload("Acme", ending, notSeen, NOW);
			assert.match(sentence, expected);
			assert.equal(/no response/.test(sentence), ending === NO_RESPONSE);
		});

	it("differ between a later lookup and the end of sending", () => {
		const sentence = describeUnconfirmedUpload("Acme", null, notSeen, NOW);
		assert.match(sentence, /^The upload of “Acme” is still unconfirmed\. It wasn't in the list at 14:05/);
		assert.match(
			describeUnconfirmedUpload("Acme", null, null, NOW),
			/^An upload of “Acme” was started, but its outcome is unknown\./,
		);
	});

	it("R21 never say that the certificate is missing", () => {
		for (const lookup of lookups)
			assert.doesNotMatch(
				describeUnconfirmedUpload("Acme", NO_RESPONSE, lookup, NOW),
				/not there|did not arrive|failed/,
			);
	});

	it("R22 describe the upload's state next to its name", () => {
		const describeRow = (lookup: LookupOutcome | null, inOtherWindow = false) =>
			formatUnconfirmedUpload({ pending, inOtherWindow, lookup, unplaced: false }, NOW);
		assert.equal(describeRow(null), "unconfirmed upload");
		assert.equal(describeRow({ outcome: "failed" }), "unconfirmed upload");
		assert.equal(describeRow(notSeen), "unconfirmed upload · not found at 14:05");
		assert.equal(describeRow(notSeen, true), "uploading in another window…");
		const unplaced = { pending, inOtherWindow: false, lookup: null, unplaced: true };
		assert.equal(
			formatUnconfirmedUpload(unplaced, NOW),
			`unconfirmed upload · ${formatDateTime(pending.startedAt)} · organization unknown`,
		);
		const upload = { pending, inOtherWindow: false, lookup: notSeen, unplaced: false };
		assert.equal(unconfirmedAriaLabel(upload, NOW), `Acme Root CA, ${describeRow(notSeen)}`);
	});

	it("R22 show state, start time and fingerprint in the tooltip", () => {
		const [happened, started, fingerprint, ...others] = unconfirmedTooltip(
			{ pending, inOtherWindow: false, lookup: notSeen, unplaced: false },
			NOW,
		).split("\n");
		assert.equal(happened, describeUnconfirmedUpload("Acme Root CA", null, notSeen, NOW));
		assert.equal(started, `Started: ${formatDateTime(pending.startedAt)}`);
		assert.equal(fingerprint, "SHA-256 fingerprint: 3f9a 02c1 0000 0000 …");
		assert.deepEqual(others, []);
		const [elsewhere] = unconfirmedTooltip({ pending, inOtherWindow: true, lookup: null, unplaced: false }, NOW).split(
			"\n",
		);
		assert.equal(
			elsewhere,
			"Another window is uploading “Acme Root CA”. Select Check Now to find out whether it arrived.",
		);
	});

	it("R12 show a name as plain text everywhere", () => {
		const hostile = { ...pending, name: "a\n[x](command:y) $(trash)" };
		const upload = { pending: hostile, inOtherWindow: false, lookup: null, unplaced: false };
		const texts = [
			unconfirmedTooltip(upload, NOW),
			unconfirmedAriaLabel(upload, NOW),
			uploadingTitle(hostile.name),
			checkingTitle(hostile),
			forgettingTitle(hostile),
			describeBlockedFile(hostile.name),
			formatFilePosition(hostile.name, 1, 2),
		];
		for (const text of texts) assert.doesNotMatch(text, /a\n|\]\(|\$\(/);
	});

	it("R20 say that an upload was found, with id and expiry", () => {
		assert.equal(
			describeArrival(certificate("cert_a"), NOW),
			"“Acme Root CA” was uploaded: cert_a, expires in 364 days.",
		);
	});

	it("describe a running upload, and what a long operation does", () => {
		assert.equal(formatRunningUpload({ checking: false }), "uploading…");
		assert.equal(formatRunningUpload({ checking: true }), "checking whether it arrived…");
		assert.equal(uploadLabels.comparing, "Comparing with the organization's certificates…");
		assert.equal(uploadingTitle("Acme"), "Uploading “Acme”…");
		assert.equal(checkingTitle(pending), "Checking whether “Acme Root CA” arrived…");
		assert.equal(forgettingTitle(pending), "Forgetting the upload of “Acme Root CA”…");
	});

	it("R23 say that nothing was sent if the certificate was uploaded in the meantime", () => {
		assert.equal(
			describeAlreadyPresent(certificate("cert_a")),
			"The same certificate was uploaded in the meantime, as “Acme Root CA” (cert_a). Nothing was sent.",
		);
	});

	it("R23 R37 count the copies of a certificate, name the others, and say that nothing was deleted", () => {
		const ids = ["cert_b", "cert_c", "cert_d", "cert_e", "cert_f", "cert_g"];
		const message = (count: number) => describeDuplicates(certificate("cert_a"), ids.slice(0, count).map(certificate));
		assert.equal(
			message(1),
			"The organization has 2 copies of “Acme Root CA” with the same SHA-256 fingerprint (other ID: cert_b). Nothing was deleted.",
		);
		assert.equal(
			message(2),
			"The organization has 3 copies of “Acme Root CA” with the same SHA-256 fingerprint (other IDs: cert_b, cert_c). Nothing was deleted.",
		);
		assert.match(message(6), / 7 copies .*: cert_b, cert_c, cert_d, cert_e, cert_f, …\). Nothing/);
	});

	it("sum up several files, with a line for each failed file and at most three of these in a notification", () => {
		const failures = ["A failed.", "B failed.", "C failed.", "D failed.", "E failed."];
		assert.deepEqual(describeUploadSummary(4, 3, ["A failed."]), {
			brief: "3 of 4 files uploaded.\nA failed.",
			complete: "3 of 4 files uploaded.\nA failed.",
		});
		const { brief, complete } = describeUploadSummary(5, 0, failures);
		assert.deepEqual(brief.split("\n").slice(1), [...failures.slice(0, 3), "… and 2 more"]);
		assert.deepEqual(complete.split("\n").slice(1), failures);
		assert.equal(describeBlockedFile("leaf.pem"), "leaf.pem can't be uploaded.");
		assert.equal(formatFilePosition("root.pem", 3, 3), "root.pem, 3 of 3");
	});
});
