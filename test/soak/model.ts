// Sequences of what may happen to uploads. After each step nothing may be lost, doubled or told wrongly.
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
	/** Counts what happened. */
	readonly tally?: Map<string, number>;
}

const step = stepsIn<Person, Slot>(async (person, window, act) => {
	await person.world.reviveAll();
	await act(person.world.slots[window] ?? assert.fail("no such window"));
	person.truth.verify();
	assert.deepEqual(person.truth.violations, []);
});

const holds: fc.Arbitrary<Hold> = fc.record({
	operation: fc.constantFrom("upload", "upload", "list", "get"),
	skip: fc.nat({ max: 1 }),
	when: fc.constantFrom("before", "after", "late"),
	other: fc.constantFrom("upload", "check", "again", "forget", "refresh"),
	event: sometimes(events),
	end: fc.constantFrom("release", "cancel", "kill"),
});

const scripts: fc.Arbitrary<Script> = fc.record({
	post: fc.option(postStrikes, { freq: 3 }),
	list: sometimes(listStrikes),
	content: sometimes(contentStrikes),
	hold: sometimes(holds),
	crashIn: sometimes(fc.nat({ max: 99 })),
});

const uploadStyles: fc.Arbitrary<UploadStyle> = fc.record({
	certificate: fc.constantFrom(0, 0, 1, 2),
	anyway: fc.boolean(),
	early: fc.boolean(),
	between: sometimes(events),
});

const rowStyles: fc.Arbitrary<RowStyle> = fc.record({ row: fc.nat({ max: 2 }), reload: fc.boolean() });

const scripted = <T>(style: fc.Arbitrary<T>) => fc.tuple(style, scripts);
const nothing = fc.constant(null);
const follows = (person: Person, slot: Slot) => person.world.follow(slot);

const steps = fc.commands<object, Person, false>(
	[
		...Array.from({ length: 4 }, () =>
			step("upload", scripted(uploadStyles), (person, slot, [style, script]) => {
				follows(person, slot);
				return person.upload(slot, style, script);
			}),
		),
		step("upload, not following", uploadStyles, (person, slot, style) => person.upload(slot, style)),
		step("upload in both windows", fc.tuple(uploadStyles, scripts), async (person, _, [style, script]) => {
			for (const each of person.world.slots) follows(person, each);
			const [one, other] = person.world.slots;
			// Whichever window's request it is that stands still: it must go on by itself.
			const hold: Script["hold"] = script.hold && { ...script.hold, end: "release" };
			await Promise.all([
				person.upload(one, style, { ...script, hold }),
				person.upload(other, { ...style, between: null }),
			]);
		}),
		step("check", scripted(rowStyles), (person, slot, [style, script]) => person.check(slot, style, script)),
		step("check", rowStyles, (person, slot, style) => person.check(slot, style)),
		step("again", scripted(rowStyles), (person, slot, [style, script]) => person.again(slot, style, script)),
		step("again", rowStyles, (person, slot, style) => person.again(slot, style)),
		step("forget", scripted(rowStyles), (person, slot, [style, script]) => person.forget(slot, style, script)),
		step("refresh", scripted(nothing), (person, slot, [, script]) => person.refresh(slot, script)),
		step("restart", nothing, ({ world }, slot) => {
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
				const before = switches.staleReads;
				switches.staleReads = reads + 1;
				world.happen({ do: "other uploads", certificate: 0 }, slot);
				switches.staleReads = before;
				if (event.do === "wait") world.happen(event, slot);
			},
		),
	],
	{ maxCommands: 14, size: "max" },
);

/** Runs sequences. @throws with the seed and the shortest sequence found where something does not hold. */
export async function soak({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	const candidates = await makeCandidates();
	await fc.assert(
		fc.asyncProperty(steps, async (chosen) => {
			const world = await World.open(candidates);
			try {
				const person = new Person(world, tally);
				await fc.asyncModelRun(() => ({ model: {}, real: person }), chosen);
				await person.finish();
				assert.deepEqual(person.truth.violations, []);
			} finally {
				await world.close();
			}
		}),
		{ numRuns: sequences, seed },
	);
}

/** Three certificates, two of which have the same subject, key and dates. */
async function makeCandidates(): Promise<readonly ParsedCertificate[]> {
	const dates = { notBefore: daysFromBegin(-1), notAfter: daysFromBegin(365) };
	const first = await makeCertificate({ commonName: "Acme", ...dates });
	const second = await makeCertificate({ commonName: "Acme", keyOf: first, ...dates });
	const third = await makeCertificate({ commonName: "Another", ...dates, notAfter: daysFromBegin(30) });
	const reader = new X509CertificateFileReader();
	const files = await Promise.all(
		[first, second, third].map(({ pem }) => reader.read(Buffer.from(pem), BEGIN / 1000, 0)),
	);
	return files.flatMap(({ candidates }) => candidates);
}

function daysFromBegin(days: number): Date {
	return new Date(BEGIN + days * 86_400_000);
}
