import assert from "node:assert/strict";
import { describeFileOutcome, describeSkippedBlock } from "../../../../src/common/messages/certificateFileMessages.ts";
import { formatFindingLines } from "../../../../src/common/messages/parsedCertificateMessages.ts";
import type { CertificateFile } from "../../../../src/domain/certificateFile.ts";
import { formatInspection } from "../../../../src/features/inspection/inspectionDocument.ts";
import { inspectionLabels, inspectionPath } from "../../../../src/features/inspection/inspectionMessages.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

describe("An inspected file's document", () => {
	const root = parsedCertificate("Root", { block: 2, line: 4, findings: [{ code: "root", level: "info" }] });
	const file: CertificateFile = {
		...{ outcome: "accept", reason: null, holdsPrivateKey: true, candidates: [root] },
		skipped: [{ block: 1, line: 1, kind: "private-key", reason: "private-key" }],
	};
	const text = (changes: Partial<CertificateFile> = {}) =>
		formatInspection("a.pem", { ...file, ...changes }, () => [certificate("cert_1", { name: "Old" })], 0);

	it("shows the outcome, each block in the file's order, findings and uploads", () => {
		const [head, skipped, block = ""] = text().split("\n\n");
		assert.equal(head, `a.pem\n${describeFileOutcome(file)}\nThis file contains a private key, which is never sent.`);
		assert.equal(skipped, file.skipped.map(describeSkippedBlock).join());
		assert.match(block, /^Block 2 \(line 4, certificate\)\n {2}Subject {2,}CN=Root\n/);
		assert.match(block, /\n {2}Uploaded as {2,}Old, cert_1\n/);
		assert.ok(block.endsWith(`\n  ${formatFindingLines(root.findings).join()}\n`));
	});

	it("names no line of a binary file", () => {
		const binary = text({ holdsPrivateKey: false, skipped: [], candidates: [{ ...root, line: null }] });
		assert.match(binary, /^a\.pem\n.*\n\nBlock 2 \(certificate\)\n/);
	});

	it("has a title and a path", () => {
		assert.equal(inspectionLabels.inspectCertificate, "Inspect certificate");
		assert.equal(inspectionPath("/a/b.pem"), "/a/b.pem (inspected)");
	});
});
