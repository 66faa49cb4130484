import assert from "node:assert/strict";
import { adjustForClockSkew } from "../../../../src/domain/certificateFile.ts";
import * as der from "../der.ts";
import { findingsOf, read } from "../read.ts";
import { findingWithCode, levelsAndCodes } from "./setup.ts";

const { certificate } = der;
const NOW = Date.UTC(2027, 5, 1);
const DAY = 86_400;

describe("R11 Findings of the dates:", () => {
	const from = (notBefore: Date, notAfter: Date) =>
		certificate({ notBefore: der.time(notBefore), notAfter: der.time(notAfter) });
	const expiresAt = NOW / 1000;
	const file = from(new Date(NOW - 365 * der.DAY), new Date(NOW));
	const times: [left: number, expected: string, seconds: number][] = [
		[0, "block expired", 0],
		[-3 * DAY, "block expired", 3 * DAY],
		[1, "block expires-within-a-day", 1],
		[DAY, "block expires-within-a-day", DAY],
		[DAY + 1, "warn expires-soon", DAY + 1],
		[30 * DAY, "warn expires-soon", 30 * DAY],
	];
	for (const [left, expected, seconds] of times)
		it(`${left} seconds left: ${expected}`, async () => {
			assert.deepEqual(await levelsAndCodes(file, expiresAt - left), [expected, "info root"]);
			const [finding] = await findingsOf(file, expiresAt - left);
			assert.equal(finding && "seconds" in finding && finding.seconds, seconds);
		});
	it("more than the reminder period left: nothing", async () => {
		assert.deepEqual(await levelsAndCodes(file, expiresAt - 30 * DAY - 1), ["info root"]);
	});

	it("a clock that differs from the service's clock: reported, with expiry as a warning only", async () => {
		const findings = await findingsOf(file, expiresAt + 60);
		const adjusted = (local: number, service: number) =>
			adjustForClockSkew(findings, local, service).map(({ level, code }) => `${level} ${code}`);
		assert.deepEqual(adjusted(expiresAt + 60, expiresAt - 240), ["block expired", "info root"]);
		for (const [local, service] of [
			[expiresAt + 60, expiresAt - 241],
			[expiresAt - 241, expiresAt + 60],
		] as const)
			assert.deepEqual(adjusted(local, service), ["warn expired", "warn clock-differs", "info root"]);
		assert.deepEqual(adjustForClockSkew([], 0, 10_000), []);
		const lastDay = await findingsOf(file, expiresAt - 60);
		assert.deepEqual(
			adjustForClockSkew(lastDay, 0, 301).map(({ level }) => level),
			["warn", "warn", "info"],
		);
	});

	it("not valid yet", async () => {
		const file = from(new Date(NOW), new Date(NOW + 365 * der.DAY));
		assert.deepEqual(await levelsAndCodes(file, expiresAt - 60), ["warn not-yet-valid", "info root"]);
		assert.deepEqual(await findingWithCode(file, "not-yet-valid", expiresAt - 60), {
			code: "not-yet-valid",
			level: "warn",
			seconds: 60,
		});
		assert.deepEqual(await levelsAndCodes(file, expiresAt), ["info root"]);
	});

	it("notAfter before notBefore", async () => {
		const file = from(new Date(NOW), new Date(NOW - 1000));
		assert.deepEqual(await levelsAndCodes(file, expiresAt - 60 * DAY), [
			"block dates-reversed",
			"warn not-yet-valid",
			"info root",
		]);
		assert.deepEqual(await levelsAndCodes(from(new Date(NOW), new Date(NOW)), expiresAt - 60 * DAY), [
			"warn not-yet-valid",
			"info root",
		]);
	});

	it("no expiry", async () => {
		const file = certificate({ notAfter: der.generalizedTime("99991231235959Z") });
		assert.deepEqual(await levelsAndCodes(file), ["info root", "info no-expiry"].toSorted());
	});

	it("a date in the wrong encoding", async () => {
		const wrongEncodings = [
			{ notAfter: der.generalizedTime("20490101000000Z") },
			{ notAfter: der.utcTime("490101000000+0100") },
			{ notAfter: der.generalizedTime("20600101000000.5Z") },
			{ notBefore: der.generalizedTime("20200101000000Z") },
		];
		for (const parts of wrongEncodings)
			assert.deepEqual(await levelsAndCodes(certificate(parts)), ["warn date-encoding", "info root"]);
		assert.deepEqual(await levelsAndCodes(certificate({ notAfter: der.generalizedTime("20500101000000Z") })), [
			"info root",
		]);
	});

	it("an invalid date", async () => {
		for (const date of ["491301000000Z", "490230000000Z", "490101240000Z", "49010100000 Z", "4901010000001"]) {
			const file = certificate({ notAfter: der.utcTime(date) });
			assert.deepEqual(await levelsAndCodes(file), ["strong unreadable-date", "info root"]);
			assert.equal((await read(file)).candidates[0]?.notAfter, null);
		}
		const notBefore = der.utcTime("491301000000Z");
		assert.deepEqual(await levelsAndCodes(certificate({ notBefore })), ["strong unreadable-date", "info root"]);
	});
});
