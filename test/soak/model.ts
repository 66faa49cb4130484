// Tests uploads in random sequences of events. No step may lose, double or misreport an upload.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../certificates.ts";
import { contentStrikes, events, listStrikes, postStrikes, sometimes } from "./faults.ts";
import { BEGIN } from "./startTime.ts";
import { stepsIn } from "./step.ts";
import { type Hold, Person, type RowStyle, type Script, type UploadStyle } from "./user.ts";
import { type Slot, World } from "./world.ts";

export interface SoakOptions {
	readonly sequences: number;
	readonly seed: number;
	/** Counts the events. */
	readonly tally?: Map<string, number>;
}

const step = stepsIn<Person, Slot>(async (user, window, act) => {
	await user.world.reviveAll();
	await act(user.world.slots[window] ?? assert.fail("no such window"));
	user.truth.verify();
	assert.deepEqual(user.truth.violations, []);
});

const delayedRequests: fc.Arbitrary<Hold> = fc.record<Hold>({
	operation: fc.constantFrom("upload", "upload", "list", "get"),
	skip: fc.nat({ max: 1 }),
	when: fc.constantFrom("before", "after", "late"),
	other: fc.constantFrom("upload", "check", "again", "forget", "refresh"),
	event: sometimes(events),
	end: fc.constantFrom("release", "cancel", "kill"),
});

const scripts: fc.Arbitrary<Script> = fc.record<Script>({
	post: fc.option(postStrikes, { freq: 3 }),
	list: sometimes(listStrikes),
	content: sometimes(contentStrikes),
	hold: sometimes(delayedRequests),
	crashIn: sometimes(fc.nat({ max: 99 })),
});

const uploadStyles: fc.Arbitrary<UploadStyle> = fc.record<UploadStyle>({
	certificate: fc.constantFrom(0, 0, 1, 2),
	anyway: fc.boolean(),
	early: fc.boolean(),
	between: sometimes(events),
});

const rowStyles: fc.Arbitrary<RowStyle> = fc.record<RowStyle>({ row: fc.nat({ max: 2 }), reload: fc.boolean() });

const withScript = <T>(style: fc.Arbitrary<T>) => fc.tuple(style, scripts);
const noDetails = fc.constant(null);
const followConnection = (user: Person, slot: Slot) => user.world.follow(slot);

const steps = fc.commands<object, Person, false>(
	[
		...Array.from({ length: 4 }, () =>
			step("upload", withScript(uploadStyles), (user, slot, [style, script]) => {
				followConnection(user, slot);
				return user.upload(slot, style, script);
			}),
		),
		step("upload, not following", uploadStyles, (user, slot, style) => user.upload(slot, style)),
		step("upload in both windows", fc.tuple(uploadStyles, scripts), async (user, _, [style, script]) => {
			for (const each of user.world.slots) followConnection(user, each);
			const [first, second] = user.world.slots;
			// Either window's request may be delayed, so the delay must end by itself.
			const delayedRequest: Script["hold"] = script.hold && { ...script.hold, end: "release" };
			await Promise.all([
				user.upload(first, style, { ...script, hold: delayedRequest }),
				user.upload(second, { ...style, between: null }),
			]);
		}),
		step("check", withScript(rowStyles), (user, slot, [style, script]) => user.check(slot, style, script)),
		step("check", rowStyles, (user, slot, style) => user.check(slot, style)),
		step("again", withScript(rowStyles), (user, slot, [style, script]) => user.again(slot, style, script)),
		step("again", rowStyles, (user, slot, style) => user.again(slot, style)),
		step("forget", withScript(rowStyles), (user, slot, [style, script]) => user.forget(slot, style, script)),
		step("refresh", withScript(noDetails), (user, slot, [, script]) => user.refresh(slot, script)),
		step("restart", noDetails, ({ world }, slot) => {
			world.kill(slot);
			return world.revive(slot);
		}),
		...Array.from({ length: 2 }, () =>
			step("event", events, async ({ world }, slot, event) => {
				world.happen(event, slot);
				if (slot.dead) await world.revive(slot);
			}),
		),
		step("late lists", fc.nat({ max: 3 }), ({ world }, _, reads) => {
			for (const { emulator } of world.ledgers) emulator.switches.staleReads = reads;
		}),
		step(
			"another's that lists do not show yet",
			fc.tuple(fc.nat({ max: 2 }), events),
			({ world }, slot, [reads, event]) => {
				const { switches } = world.ledger.emulator;
				const previous = switches.staleReads;
				switches.staleReads = reads + 1;
				world.happen({ do: "other uploads", certificate: 0 }, slot);
				switches.staleReads = previous;
				if (event.do === "wait") world.happen(event, slot);
			},
		),
	],
	{ maxCommands: 14, size: "max" },
);

/** Runs sequences. @throws Error with the seed and the shortest sequence found that violates an invariant. */
export async function soak({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	const candidates = await makeCandidates();
	await fc.assert(
		fc.asyncProperty(steps, async (commands) => {
			const world = await World.open(candidates);
			try {
				const user = new Person(world, tally);
				await fc.asyncModelRun(() => ({ model: {}, real: user }), commands);
				await user.finish();
				assert.deepEqual(user.truth.violations, []);
			} finally {
				await world.close();
			}
		}),
		{ numRuns: sequences, seed },
	);
}

/** Makes three certificates. The first two have the same subject, key and dates. */
async function makeCandidates(): Promise<readonly ParsedCertificate[]> {
	const dates = { notBefore: daysFromStart(-1), notAfter: daysFromStart(365) };
	const first = await makeCertificate({ commonName: "Acme", ...dates });
	const second = await makeCertificate({ commonName: "Acme", keyOf: first, ...dates });
	const third = await makeCertificate({ commonName: "Another", ...dates, notAfter: daysFromStart(30) });
	const reader = new X509CertificateFileReader();
	const files = await Promise.all(
		[first, second, third].map(({ pem }) => reader.read(Buffer.from(pem), BEGIN / 1000, 0)),
	);
	return files.flatMap(({ candidates }) => candidates);
}

function daysFromStart(days: number): Date {
	return new Date(BEGIN + days * 86_400_000);
}
