import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAccessibilityLabel, formatRowDescription } from "../../../../src/common/messages/certificateMessages.ts";
import { formatExpiry, formatTimeLeft } from "../../../../src/common/messages/dates.ts";
import { sanitize } from "../../../../src/common/text/sanitize.ts";
import { describeListNotes } from "../../../../src/features/sidebar/listNotes.ts";
import { anyCharacter, SEED } from "../../../random.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

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
		[null, "expiry not known"],
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
		[NOW - DAY, "expired 1 day ago"],
		[null, "expiry not known"],
	] as const)
		it(`describe the remaining time in a row: ${text}`, () => {
			assert.equal(formatTimeLeft(at, NOW), text);
		});

	it("describe a row by expiry, activation and id, and its label by all main facts", () => {
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
		assert.equal(formatRowDescription(certificate, nowhere, NOW), "364 days left · not active · cert_abc");
		assert.equal(
			formatAccessibilityLabel(certificate, "valid", "not active in the organization", NOW),
			"Root, valid, expires in 364 days, not active in the organization, cert_abc",
		);
	});

	it("R29 R30 R31 describe missing entries and age of a list", () => {
		const listing = { certificates: [], unreadable: 2, complete: false, servedAt: null, organization: null };
		const problem = "a.test did not answer in time.";
		assert.deepEqual(describeListNotes(null, problem, null), []);
		assert.deepEqual(describeListNotes({ ...listing, unreadable: 0, complete: true }, null, NOW), []);
		const [age, incomplete, unreadable] = describeListNotes(listing, problem, Date.UTC(2026, 0, 1));
		assert.match(age ?? "", /^As of .+\. a\.test did not answer in time/);
		assert.equal(incomplete, "The list may be incomplete.");
		assert.equal(unreadable, "2 entries could not be read.");
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
