import assert from "node:assert/strict";
import {
	describeClientFileRefusal,
	describeFileOutcome,
	describeFileRefusal,
	describeSkippedBlock,
	formatBlockKind,
} from "../../../../src/common/messages/certificateFileMessages.ts";
import { describeFinding } from "../../../../src/common/messages/findingMessages.ts";
import type { Finding, RefusalReason } from "../../../../src/domain/certificateFile.ts";
import { findSource } from "../../../sources.ts";

/** Returns the members of a union or the keys of an interface from the source, because types don't exist at run time. */
function membersOf(declaration: string, member: RegExp): string[] {
	const body =
		findSource(declaration)
			.text.split(declaration)[1]
			?.split(/^(?:;|\}|export)/m)[0] ?? "";
	return [...body.matchAll(member)].map(([, code = ""]) => code);
}

describe("Messages for certificate files", () => {
	const reasons = membersOf("export type RefusalReason =", /\| "([\w-]+)"/g) as RefusalReason[];
	const codes = membersOf("export interface FindingDetails {", /readonly "?([\w-]+)"?: (?:NoDetails|\{)/g);
	const details = {
		seconds: 3 * 86_400,
		oid: "1.2.3",
		bits: 512,
		key: "dsa",
		bytes: 2,
		length: 0,
		hash: "SHA1",
		line: 7,
		block: 3,
		count: 2,
		id: "cert_abc",
		name: "Acme",
	};

	it("has a unique sentence for every refusal reason", () => {
		assert.ok(reasons.length > 20);
		const sentences = reasons.map(describeFileRefusal);
		for (const sentence of sentences) assert.match(sentence, /^[A-Z].*[.\w]$/);
		assert.equal(new Set(sentences).size, reasons.length);
	});

	it("R11 has a unique sentence for every finding, without placeholders", () => {
		assert.ok(codes.length > 40);
		const sentences = codes.map((code) => describeFinding({ code, level: "warn", ...details } as unknown as Finding));
		for (const [index, sentence] of sentences.entries()) assert.match(sentence, /^[A-Z0-9][^{}]*\.$/, codes[index]);
		assert.equal(new Set(sentences).size, codes.length);
	});

	it("has the specified texts", () => {
		const textOf = (finding: object) => describeFinding({ level: "warn", ...finding } as Finding);
		assert.equal(
			describeFileRefusal("private-key"),
			"This is a private key. It wasn't sent. Choose the CA certificate.",
		);
		assert.equal(textOf({ code: "bytes-follow", bytes: 1 }), "1 byte after the certificate won't be sent.");
		assert.equal(textOf({ code: "bytes-follow", bytes: 812 }), "812 bytes after the certificate won't be sent.");
		assert.equal(
			textOf({ code: "private-key-in-file", line: 31, count: 1 }),
			"The file also contains a private key (line 31). It won't be sent.",
		);
		assert.equal(
			textOf({ code: "private-key-in-file", line: 31, count: 2 }),
			"The file also contains 2 private keys (the first on line 31). They won't be sent.",
		);
		for (const [count, sentence] of [
			[1, "The file also contains a private key. It won't be sent."],
			[2, "The file also contains 2 private keys. They won't be sent."],
		] as const)
			assert.equal(textOf({ code: "private-key-in-file", line: null, count }), sentence);
		const withoutBasicConstraints = (selfSigned: boolean) => textOf({ code: "no-basic-constraints", selfSigned });
		assert.match(withoutBasicConstraints(true), /^Self-signed, but not marked as a CA, .+ create it again/);
		assert.match(withoutBasicConstraints(false), /^Not marked as a CA; .+ upload the CA certificate that it chains to/);
		assert.match(textOf({ code: "expired", seconds: 3 * 86_400 }), /^Expired 3 days ago\. /);
		assert.match(textOf({ code: "expires-within-a-day", seconds: 7300 }), /^Expires in 2 hours\. /);
		assert.match(textOf({ code: "expires-soon", seconds: 12 * 86_400 + 5 }), /^Expires in 12 days\. /);
		assert.match(textOf({ code: "clock-differs", seconds: 301 }), / by 5 minutes,/);
		assert.match(textOf({ code: "clock-differs", seconds: 3 * 3600 }), / by 3 hours,/);
		assert.match(textOf({ code: "clock-differs", seconds: 3 * 86_400 }), / by 3 days,/);
		assert.match(
			textOf({ code: "unreadable-block", block: 1, line: 4, count: 1 }),
			/^Block 1 \(line 4\) can't be read/,
		);
		assert.match(textOf({ code: "unreadable-block", block: 1, line: 4, count: 3 }), /^3 blocks can't be read/);
		assert.match(
			textOf({ code: "unreadable-block", block: 1, line: null, count: 1 }),
			/^A certificate in the file can't be read/,
		);
		assert.match(
			textOf({ code: "unreadable-block", block: 1, line: null, count: 2 }),
			/^2 certificates in the file can't be read/,
		);
	});

	it("names block, line and issue of a truncated block", () => {
		const skipped = [{ block: 2, line: 40, kind: "certificate", reason: "no-end" }] as const;
		const file = { outcome: "refuse", reason: "no-end", holdsPrivateKey: false, candidates: [], skipped } as const;
		const sentence = `Block 2 (line 40, certificate): ${describeFileRefusal("no-end")}`;
		assert.deepEqual([describeFileOutcome(file), describeSkippedBlock(skipped[0])], [sentence, sentence]);
	});

	it("names the line of a fault", () => {
		const skipped = { block: 1, line: 3, kind: "certificate", reason: "bad-base64", faultLine: 4 } as const;
		assert.equal(
			describeSkippedBlock(skipped),
			"Block 1 (line 3, certificate): Line 4 contains text that isn't valid Base64. Copy the whole certificate again.",
		);
	});

	it("says what to choose instead of a file without a client certificate", () => {
		const sentences = (["private-key", "pkcs12", "unknown"] as const).map(describeClientFileRefusal);
		assert.equal(new Set(sentences).size, 3);
		for (const sentence of sentences) assert.match(sentence, /client certificate.*[.\w]$/);
	});

	it("names no line in a file without lines", () => {
		const skipped = { block: 1, line: null, kind: "crl", reason: "crl" } as const;
		assert.match(describeSkippedBlock(skipped), /^Block 1 \([^,)]+\): /);
	});

	it("has a unique name for every kind of block", () => {
		const kinds = membersOf("export type BlockKind =", /\| "([\w-]+)"/g) as Parameters<typeof formatBlockKind>[0][];
		assert.ok(kinds.length >= 10);
		assert.equal(new Set(kinds.map(formatBlockKind)).size, kinds.length);
	});
});
