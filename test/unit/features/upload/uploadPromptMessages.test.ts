import assert from "node:assert/strict";
import { describeFinding } from "../../../../src/common/messages/findingMessages.ts";
import { formatFindingLines, formatMainFields } from "../../../../src/common/messages/parsedCertificateMessages.ts";
import type { Finding } from "../../../../src/domain/certificateFile.ts";
import { LATE_ARRIVAL_MS } from "../../../../src/features/upload/uploadAttempt.ts";
import {
	certificateChoicePlaceholder,
	describeBlockedUpload,
	describeDiscardPrompt,
	describeForgetPrompt,
	describeLimitPrompt,
	describeRetryPrompt,
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../../../src/features/upload/uploadPromptMessages.ts";
import { localTime, parsedCertificate, uploadAttempt } from "../../fakes/certificatesApi.ts";

const NOW = localTime(14, 10);

const pending = uploadAttempt({ startedAt: localTime(14, 2) });
const HOSTILE = "a\n[x](command:y) $(trash)";
const UNSAFE = /a\n|\]\(|\$\(/;

describe("Texts of the upload's prompts", () => {
	const upload = {
		candidate: parsedCertificate("Acme Root CA"),
		name: "Acme",
		destination: { host: "api.openai.com", label: "api.openai.com" },
		filePosition: undefined,
	};
	const findings: readonly Finding[] = [
		{ code: "unsaved", level: "warn" },
		{ code: "root", level: "info" },
	];

	it("name the certificate, its file and the file's position", () => {
		assert.equal(uploadTitle("root.pem", undefined), "Upload root.pem");
		assert.equal(uploadTitle("Acme Root CA", "root.pem, 3 of 3"), "Upload Acme Root CA · root.pem, 3 of 3");
		assert.equal(certificateChoicePlaceholder(2), "This file contains 2 certificates. Select the trust anchor.");
	});

	it("ask for the upload with the certificate's fields, the findings and the effect of a CA", () => {
		const { message, detail } = describeUploadPrompt(upload, findings, NOW / 1000);
		assert.equal(message, "Upload “Acme” to api.openai.com?");
		const [fields, lines, effect, ...others] = detail.split("\n\n");
		const expected = formatMainFields(upload.candidate, NOW / 1000).map(([label, value]) => `${label}: ${value}`);
		assert.deepEqual(fields?.split("\n"), expected);
		assert.deepEqual(lines?.split("\n"), formatFindingLines(findings));
		assert.equal(effect, describeUploadPrompt(upload, [], NOW / 1000).detail.split("\n\n")[1]);
		assert.deepEqual(others, []);
	});

	it("describe the effect of a CA even without findings, and not for another certificate", () => {
		const effectOf = (isCa: boolean | null) => {
			const candidate = parsedCertificate("Acme", { isCa });
			return describeUploadPrompt({ ...upload, candidate }, [], NOW / 1000)
				.detail.split("\n\n")
				.slice(1);
		};
		assert.deepEqual(effectOf(true), [
			"Once active, every client certificate that chains to this CA is accepted. If the CA also issues for other systems, set a CEL filter.",
		]);
		assert.deepEqual(effectOf(false), []);
		assert.deepEqual(effectOf(null), []);
	});

	it("add a connection's own name, and the file among several", () => {
		const destination = { host: "api.openai.com", label: "Test" };
		const { detail } = describeUploadPrompt({ ...upload, destination, filePosition: "a.pem, 1 of 2" }, [], NOW / 1000);
		assert.deepEqual(detail.split("\n\n")[0]?.split("\n").slice(-2), ["Connection: Test", "File: a.pem, 1 of 2"]);
	});

	it("R12 show names as plain text", () => {
		const hostile = { ...pending, name: HOSTILE };
		const candidate = parsedCertificate("Acme", { subject: HOSTILE, issuer: HOSTILE, commonName: HOSTILE });
		const destination = { host: "api.openai.com", label: HOSTILE };
		const questions = [
			describeUploadPrompt({ ...upload, candidate, name: HOSTILE, destination }, [], NOW / 1000),
			describeBlockedUpload(candidate, []),
			describeRetryPrompt(hostile, NOW, NOW),
			describeForgetPrompt(hostile),
		];
		for (const { message, detail } of questions) {
			assert.doesNotMatch(message, UNSAFE);
			assert.doesNotMatch(detail, UNSAFE);
		}
	});

	it("say that the organization is full, and why a certificate can't be uploaded", () => {
		const limit: Finding = { code: "limit-reached", level: "strong", count: 50 };
		assert.deepEqual(describeLimitPrompt(limit), {
			message: "Your organization has reached OpenAI's documented maximum of certificates. Upload anyway?",
			detail: describeFinding(limit),
		});
		const damaged: Finding = { code: "damaged", level: "block" };
		assert.deepEqual(describeBlockedUpload(upload.candidate, [damaged, ...findings]), {
			message: "Acme Root CA can't be uploaded.",
			detail: formatFindingLines([damaged, ...findings]).join("\n"),
		});
	});

	it("R21 say until when the first upload might still arrive", () => {
		const { message, detail } = describeRetryPrompt(pending, localTime(14, 5), NOW);
		assert.equal(message, "“Acme Root CA” wasn't found at 14:05. Upload it again?");
		assert.equal(detail, "The first upload might still arrive until 14:12; then you'd have two copies.");
		const later = describeRetryPrompt(pending, localTime(14, 12), pending.startedAt + LATE_ARRIVAL_MS);
		assert.equal(
			later.detail,
			"The first upload was started at 14:02. If it arrives after all, you'll have two copies.",
		);
	});

	it("R22 explain the effect of Forget, and of discarding a corrupt record", () => {
		assert.deepEqual(describeForgetPrompt(pending), {
			message: "Forget the unconfirmed upload of “Acme Root CA”?",
			detail: "If it arrived, it appears in the list. This extension will no longer prevent a second upload.",
		});
		assert.deepEqual(describeDiscardPrompt("Acme Root CA"), {
			message: "The record of an earlier upload of “Acme Root CA” can't be read. Discard it?",
			detail:
				"That upload might have arrived, so check the list of certificates first. Without the record, this extension won't prevent a second upload.",
		});
	});

	it("label the buttons and boxes", () => {
		assert.deepEqual(
			{ ...uploadPromptLabels },
			{
				chooseFiles: "Upload a certificate to OpenAI",
				namePrompt: "Name of the certificate at OpenAI. You can change it later.",
				unconfirmedUploads: "Unconfirmed uploads",
				selectUpload: "Select an upload",
				upload: "Upload",
				uploadAnyway: "Upload Anyway",
				uploadAgain: "Upload Again",
				dontUpload: "Don't Upload",
				showExisting: "Show Existing Certificate",
				discard: "Discard and Continue",
			},
		);
	});
});
