import assert from "node:assert/strict";
import fc from "fast-check";
import { formatKnownActivation } from "../../../../src/common/messages/activationStatusMessages.ts";
import {
	certificateTooltip,
	describeChangedMeanwhile,
	describeDeletedMeanwhile,
	formatAccessibilityLabel,
	formatCertificateLines,
	formatRowDescription,
	loadingTitle,
} from "../../../../src/common/messages/certificateMessages.ts";
import { describeNameIssue, validateNameInput } from "../../../../src/common/messages/certificateNameMessages.ts";
import { formatExpiry, formatTimeLeft } from "../../../../src/common/messages/dates.ts";
import { formatAllFields, formatFindingLines } from "../../../../src/common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../../../src/common/text/sanitize.ts";
import type { ParsedCertificate } from "../../../../src/domain/certificateFile.ts";
import { describeListNotes } from "../../../../src/features/sidebar/listNotes.ts";
import { anyCharacter, SEED } from "../../../random.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

const certificateOf = (name: string) => certificate("cert_abc", { name, expiresAt: NOW + 12 * DAY });

describe("Certificate messages", () => {
	const expiries: readonly [number | null, string][] = [
		[NOW + 364 * DAY + 5, "expires in 364 days"],
		[NOW + 2 * DAY - 1, "expires in 1 day"],
		[NOW + DAY - 1, "expires in 23 hours"],
		[NOW + 3599, "expires in 59 minutes"],
		[NOW - 60, "expired 1 minute ago"],
		[NOW - 3 * DAY, "expired 3 days ago"],
		[253_402_300_798, "expires in 2,912,063 days"],
		[253_402_300_799, "never expires"],
		[null, "expiry unknown"],
	];
	for (const [at, text] of expiries)
		it(`describe the expiry: ${text}`, () => {
			assert.equal(formatExpiry(at, NOW), text);
		});

	for (const [at, text] of [
		[NOW + 364 * DAY + 5, "364 days left"],
		[NOW + DAY, "1 day left"],
		[NOW + 3 * 3600, "3 hours left"],
		[NOW + 59, "0 minutes left"],
		[NOW - 364 * DAY, "expired 364d ago"],
		[null, "expiry unknown"],
	] as const)
		it(`describe the remaining time in a row: ${text}`, () => {
			assert.equal(formatTimeLeft(at, NOW), text);
		});

	it("describe a row by expiry, rotation, activation and ID, and its label by all main facts", () => {
		const certificate = {
			id: "cert_abc",
			name: "Root",
			createdAt: NOW,
			validAt: NOW,
			expiresAt: NOW + 364 * DAY,
			active: false,
		};
		const nowhere = { organization: false, projects: [], unread: 0, allProjects: true, problem: null };
		assert.equal(
			formatRowDescription(certificate, { ...nowhere, allProjects: false }, NOW),
			"364 days left · cert_abc",
		);
		const notActive = formatKnownActivation(nowhere);
		assert.equal(formatRowDescription(certificate, nowhere, NOW), `364 days left · ${notActive} · cert_abc`);
		assert.equal(
			formatRowDescription(certificate, nowhere, NOW, "rotating"),
			`364 days left · rotating · ${notActive} · cert_abc`,
		);
		assert.equal(
			formatAccessibilityLabel(certificate, "valid", "not active", NOW, "rotating"),
			"Root, valid, expires in 364 days, rotating, not active, cert_abc",
		);
		assert.equal(
			formatAccessibilityLabel(certificate, "valid", "not active in the organization", NOW),
			"Root, valid, expires in 364 days, not active in the organization, cert_abc",
		);
	});

	it("list all facts in the tooltip, the ID below the name", () => {
		const listed = { ...certificateOf("Root"), createdAt: NOW - DAY, validAt: NOW - 2 * DAY };
		const lines = certificateTooltip(listed, "expiring", "not active", NOW, "rotating").split("\n");
		assert.deepEqual(lines.slice(0, 4), [
			"Root",
			"ID: cert_abc",
			"State: expiring soon, expires in 12 days",
			"Activation: not active",
		]);
		assert.deepEqual(
			lines.slice(4).map((line) => line.split(": ")[0]),
			["Valid from", "Expires", "Uploaded", "rotating"],
		);
		assert.match(lines[5] ?? "", /^Expires: 2027-01-27 08:00 UTC \(.+ local time\)$/);
		const bare = { ...listed, createdAt: null, validAt: null, expiresAt: null };
		assert.deepEqual(certificateTooltip(bare, "unknown", "not active", NOW).split("\n").slice(2), [
			"State: validity unknown, expiry unknown",
			"Activation: not active",
		]);
	});

	it("list certificates for a question, each with what speaks against activating it", () => {
		const line = (content: ParsedCertificate | null, expiresAt = NOW + 100 * DAY) =>
			formatCertificateLines([{ certificate: { ...certificateOf("Root"), expiresAt }, content }], {
				now: NOW,
				reminderDays: 30,
			});
		const read = parsedCertificate("Root", { sha256: "0123456789abcdef".repeat(4), notBefore: NOW, notAfter: null });
		assert.equal(line(read), "“Root”: cert_abc, SHA-256 fingerprint 0123 4567 89ab cdef …, expires in 100 days");
		assert.equal(line(null), "“Root”: cert_abc, content couldn't be read, expires in 100 days");
		assert.match(
			line(null, NOW - 2 * DAY),
			/\nWarning: Expired 2 days ago\. OpenAI might reject its clients\. Activate its replacement instead\.$/,
		);
		const soon = { code: "expires-soon", level: "warn", seconds: 12 * DAY } as const;
		assert.ok(line(null, NOW + 12 * DAY).endsWith(`\n${formatFindingLines([soon])[0]}`));
		const later = { code: "not-yet-valid", level: "warn", seconds: DAY } as const;
		assert.ok(line({ ...read, notBefore: NOW + DAY }).endsWith(`\n${formatFindingLines([later])[0]}`));
		const leaf = { code: "not-a-ca", level: "strong" } as const;
		assert.ok(line({ ...read, findings: [leaf] }).endsWith(`\n${formatFindingLines([leaf])[0]}`));
	});

	it("name one certificate and count several", () => {
		const one = certificateOf("Root");
		assert.equal(loadingTitle([one]), "Loading “Root”…");
		assert.equal(loadingTitle([one, one]), "Loading 2 certificates…");
		assert.equal(describeDeletedMeanwhile("“Root”"), "Deleted in the meantime: “Root”.");
		assert.match(describeChangedMeanwhile(), /changed in the meantime, so nothing was done\./);
	});

	it("R14 say what is wrong with a typed name, and warn about a name that is in use", () => {
		assert.equal(describeNameIssue("blank"), "Enter a name.");
		assert.equal(describeNameIssue("too-long"), "A name can have at most 200 characters.");
		assert.equal(
			describeNameIssue("control-characters"),
			"A name can't contain invisible or control characters, or characters that change the text direction.",
		);
		assert.deepEqual(validateNameInput(" ", []), { message: describeNameIssue("blank"), severity: "error" });
		assert.equal(validateNameInput("Other", [certificateOf("Root")]), null);
		assert.deepEqual(validateNameInput("Root ", [certificateOf("Root")]), {
			message: "Another certificate already has this name.",
			severity: "warning",
		});
	});

	it("show all fields of a certificate's content, and the severity of each finding", () => {
		const content = parsedCertificate("Root", { notBefore: NOW, notAfter: null, isCa: null, subject: "" });
		const fields = Object.fromEntries(formatAllFields(content, NOW));
		assert.deepEqual(Object.keys(fields), [
			...["Subject", "Issuer", "Valid", "SHA-256 fingerprint", "Valid from", "Serial number", "Key", "CA"],
		]);
		assert.equal(fields.Valid, "2027-01-15 to (unreadable) (UTC), expiry unknown");
		assert.deepEqual([fields.Subject, fields.Key, fields.CA], ["(empty)", "EC, 256 bits", "not specified"]);
		const findings = (["block", "strong", "warn", "info"] as const).map((level) => ({ code: "root", level }) as const);
		assert.deepEqual(
			formatFindingLines(findings).map((text) => text.split(": ")[0]),
			["Error", "Warning", "Caution", "Note"],
		);
	});

	it("R29 R30 R31 describe missing entries and age of a list", () => {
		const listing = { certificates: [], unreadable: 2, complete: false, servedAt: null, organization: null };
		const problem = "a.test did not answer in time.";
		assert.deepEqual(describeListNotes(null, problem, null), []);
		assert.deepEqual(describeListNotes({ ...listing, unreadable: 0, complete: true }, null, NOW), []);
		const [age, incomplete, unreadable] = describeListNotes(listing, problem, Date.UTC(2026, 0, 1));
		assert.match(age ?? "", /^As of .+\. a\.test did not answer in time/);
		assert.equal(incomplete, "The list might be incomplete.");
		assert.equal(unreadable, "Couldn't read 2 entries.");
		assert.equal(describeListNotes(listing, problem, null)[0], problem, "it was never read as a whole");
	});
});

describe("R12 R13 Foreign text", () => {
	const hostile: readonly [string, string][] = [
		["Acme\nRoot\tCA", "Acme Root CA"],
		["a\u202egnp.exe", "a gnp.exe"],
		["Acme\u{e0041}\u{e0042}Root", "Acme Root"],
		["a\u0000\u001b[31mb", "a [31mb"],
		["[x](command:workbench.action.quit)", "[x] (command:workbench.action.quit)"],
		["$(trash) gone", "$ (trash) gone"],
		["e\u0301".repeat(200), `${"e\u0301".repeat(99)}…`],
		["👩‍👩‍👧".repeat(200), `${"👩‍👩‍👧".repeat(99)}…`],
	];
	for (const [text, expected] of hostile)
		it(`is sanitized: ${JSON.stringify(text.slice(0, 30))}`, () => {
			assert.equal(sanitize(text), expected);
		});

	it("becomes one short line without links and icons", () => {
		const pieces = fc.constantFrom(
			"](",
			"[",
			"]",
			"(",
			")",
			"$(",
			"$",
			"\n",
			"\u202e",
			"\u0000",
			"a",
			"command:x",
			"é",
		);
		const text = fc.oneof(
			fc.string({ unit: anyCharacter }),
			fc.array(pieces, { maxLength: 300 }).map((parts) => parts.join("")),
		);
		fc.assert(
			fc.property(text, (input) => {
				const line = sanitize(input);
				assert.doesNotMatch(line, /[\p{Cc}\u2028-\u202e\u2066-\u2069]|\]\(|\$\(/u);
				assert.ok([...new Intl.Segmenter("en").segment(line)].length <= 100);
			}),
			{ numRuns: 10_000, seed: SEED },
		);
	});

	it("is truncated, whatever its length", () => {
		assert.equal([...sanitize("x".repeat(50_000_000))].length, 100);
	});
});
