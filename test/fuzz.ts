// The target of the coverage-guided fuzzer; an exception is a finding.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describeFileOutcome, describeSkippedBlock } from "../src/common/messages/certificateFileMessages.ts";
import { describeFinding } from "../src/common/messages/findingMessages.ts";
import { X509CertificateFileReader } from "../src/x509/certificateFileReader.ts";

const reader = new X509CertificateFileReader();
/** A fixed time in Unix seconds, so that every run applies equal rules to certificates of any age. */
const AT = 1_800_000_000;

/** Reads an input as a certificate file. @throws Error if an invariant is violated. */
export async function fuzz(input: Buffer): Promise<void> {
	const scan = await reader.read(input, AT, 30);
	const { outcome, reason, candidates, skipped } = scan;
	assert.equal(outcome, candidates.length === 0 ? "refuse" : candidates.length === 1 ? "accept" : "choose");
	assert.equal(reason === null, candidates.length > 0);
	assert.ok(describeFileOutcome(scan));
	for (const block of skipped) assert.ok(describeSkippedBlock(block));
	for (const { der, pem, subject, issuer, findings } of candidates) {
		const [, begin, body = "", end, after] = pem.split("-----");
		assert.deepEqual([begin, end, after], ["BEGIN CERTIFICATE", "END CERTIFICATE", "\n"]);
		assert.ok(Buffer.from(body, "base64").equals(der));
		assert.doesNotMatch(subject + issuer, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
		for (const finding of findings) assert.ok(describeFinding(finding));
		// OpenSSL must be able to read every candidate.
		new X509Certificate(pem);
	}
}
