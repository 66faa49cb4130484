import assert from "node:assert/strict";
import { formatDateTime, formatTimeOfDay } from "../../../../src/common/messages/dates.ts";
import { describeUnconfirmedUpload } from "../../../../src/common/messages/uploadProblems.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import type { LookupOutcome, UploadEnding } from "../../../../src/domain/problem.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import {
	describeArrival,
	describeDuplicates,
	describeForgetPrompt,
	describeRetryPrompt,
	formatUnconfirmedUpload,
	unconfirmedAriaLabel,
	unconfirmedTooltip,
} from "../../../../src/features/upload/uploadMessages.ts";

/** Returns a local time in Unix milliseconds, so that texts are equal in all time zones. */
const at = (hour: number, minute: number) => new Date(2026, 10, 24, hour, minute).getTime();
const NOW = at(14, 10);

const pending: UploadAttempt = {
	organizationRef: "here",
	sha256: `3f9a02c1${"0".repeat(56)}`,
	id: "1",
	name: "Acme Root CA",
	pem: "",
	startedAt: at(14, 2),
	idsBefore: [],
	servedBefore: null,
	owner: "1",
};
const NO_RESPONSE: UploadEnding = { kind: "no-response" };
const notSeen: LookupOutcome = { outcome: "not-seen", at: at(14, 5) };

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
		assert.equal(formatTimeOfDay(at(14, 5), NOW), "14:05");
		assert.equal(formatTimeOfDay(at(0, 5), NOW), "00:05");
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
			assert.match(sentence, /“Acme”.*(Check Now before you upload it again|forget this one)\.$/);
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
			/^An upload of “Acme” was started, but no response arrived\./,
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
		assert.equal(describeRow(null), "upload not confirmed");
		assert.equal(describeRow({ outcome: "failed" }), "upload not confirmed");
		assert.equal(describeRow(notSeen), "upload not confirmed · not seen at 14:05");
		assert.equal(describeRow(notSeen, true), "uploading in another window…");
		const unplaced = { pending, inOtherWindow: false, lookup: null, unplaced: true };
		assert.equal(
			formatUnconfirmedUpload(unplaced, NOW),
			`unconfirmed upload · ${formatDateTime(pending.startedAt)} · organization unknown`,
		);
		const upload = { pending, inOtherWindow: false, lookup: notSeen, unplaced: false };
		assert.equal(unconfirmedAriaLabel(upload, NOW), "Acme Root CA, upload not confirmed · not seen at 14:05");
	});

	it("R22 show state, start time and fingerprint in the tooltip", () => {
		const [happened, started, fingerprint, ...others] = unconfirmedTooltip(
			{ pending, inOtherWindow: false, lookup: notSeen, unplaced: false },
			NOW,
		).split("\n");
		assert.equal(happened, describeUnconfirmedUpload("Acme Root CA", null, notSeen, NOW));
		assert.equal(started, `Started: ${formatDateTime(pending.startedAt)}`);
		assert.equal(fingerprint, "SHA-256: 3f9a 02c1 0000 0000 …");
		assert.deepEqual(others, []);
		assert.match(
			unconfirmedTooltip({ pending, inOtherWindow: true, lookup: null, unplaced: false }, NOW),
			/^Another window is uploading “Acme/,
		);
	});

	it("R12 show a name as plain text everywhere", () => {
		const hostile = { ...pending, name: "a\n[x](command:y) $(trash)" };
		const upload = { pending: hostile, inOtherWindow: false, lookup: null, unplaced: false };
		const { message } = describeForgetPrompt(hostile);
		const texts = [
			unconfirmedTooltip(upload, NOW),
			unconfirmedAriaLabel(upload, NOW),
			describeRetryPrompt(hostile, NOW, NOW).message,
		];
		for (const text of [...texts, message]) assert.doesNotMatch(text, /a\n|\]\(|\$\(/);
	});

	it("R20 say that an upload had arrived, with id and expiry", () => {
		assert.equal(
			describeArrival(certificate("cert_a"), NOW),
			"“Acme Root CA” had arrived: cert_a, expires in 364 days.",
		);
	});

	it("R21 say until when the first upload may still arrive", () => {
		const { message, detail } = describeRetryPrompt(pending, at(14, 5), NOW);
		assert.equal(message, "“Acme Root CA” was not seen at 14:05. Upload it again?");
		assert.equal(detail, "The first upload may still arrive until 14:12: then there would be two.");
		const later = describeRetryPrompt(pending, at(14, 12), pending.startedAt + LATE_ARRIVAL_MS);
		assert.equal(later.detail, "The first upload was begun at 14:02. Should it arrive after all, there would be two.");
	});

	it("R22 explain the effect of Forget", () => {
		const { message, detail } = describeForgetPrompt(pending);
		assert.equal(message, "Forget the upload of “Acme Root CA”?");
		assert.match(detail, /show up in the list\..*uploaded twice\.$/);
	});

	it("R23 R37 name the copies of a certificate, and say that none was deleted", () => {
		const ids = ["cert_b", "cert_c", "cert_d", "cert_e", "cert_f", "cert_g"];
		const message = (count: number) => describeDuplicates(certificate("cert_a"), ids.slice(0, count).map(certificate));
		assert.equal(message(1), "“Acme Root CA” is there once more, with the same SHA-256: cert_b. Neither was deleted.");
		assert.equal(
			message(2),
			"“Acme Root CA” is there 2 times more, with the same SHA-256: cert_b, cert_c. None was deleted.",
		);
		assert.match(message(6), /6 times more.*: cert_b, cert_c, cert_d, cert_e, cert_f, …\. None/);
	});
});
