// Tests uploads in random sequences of events. No step may lose, double or misreport an upload.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../certificates.ts";
import { contentDisruptions, events, listDisruptions, oneTimeInFour, postDisruptions } from "./faults.ts";
import { START_TIME } from "./startTime.ts";
import { createStepFactory } from "./step.ts";
import { type DelayedRequest, type RowStyle, type Script, type UploadStyle, UploadUser } from "./user.ts";
import { type UploadSlot, UploadWorld } from "./world.ts";

export interface SoakOptions {
	readonly sequences: number;
	readonly seed: number;
	/** Counts the events. */
	readonly tally?: Map<string, number>;
}

const step = createStepFactory<UploadUser, UploadSlot>(async (user, window, act) => {
	await user.world.reviveAll();
	await act(user.world.slots[window] ?? assert.fail("no such window"));
	user.validator.validateState();
	assert.deepEqual(user.validator.violations, []);
});

const delayedRequests: fc.Arbitrary<DelayedRequest> = fc.record<DelayedRequest>({
	operation: fc.constantFrom("upload", "upload", "list", "get"),
	skipCount: fc.nat({ max: 1 }),
	when: fc.constantFrom("before", "after", "late"),
	otherAction: fc.constantFrom("upload", "check", "again", "forget", "refresh"),
	event: oneTimeInFour(events),
	end: fc.constantFrom("release", "cancel", "kill"),
});

const scripts: fc.Arbitrary<Script> = fc.record<Script>({
	post: fc.option(postDisruptions, { freq: 3 }),
	list: oneTimeInFour(listDisruptions),
	content: oneTimeInFour(contentDisruptions),
	delayedRequest: oneTimeInFour(delayedRequests),
	stepsUntilCrash: oneTimeInFour(fc.nat({ max: 99 })),
});

const uploadStyles: fc.Arbitrary<UploadStyle> = fc.record<UploadStyle>({
	certificate: fc.constantFrom(0, 0, 1, 2),
	anyway: fc.boolean(),
	fromComparison: fc.boolean(),
	eventAtPrompt: oneTimeInFour(events),
});

const rowStyles: fc.Arbitrary<RowStyle> = fc.record<RowStyle>({ row: fc.nat({ max: 2 }), reload: fc.boolean() });

const withScript = <T>(style: fc.Arbitrary<T>) => fc.tuple(style, scripts);
const noDetails = fc.constant(null);
const followConnection = (user: UploadUser, slot: UploadSlot) => user.world.followConnection(slot);

const steps = fc.commands<object, UploadUser, false>(
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
			const delayedRequest: Script["delayedRequest"] = script.delayedRequest && {
				...script.delayedRequest,
				end: "release",
			};
			await Promise.all([
				user.upload(first, style, { ...script, delayedRequest }),
				user.upload(second, { ...style, eventAtPrompt: null }),
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
				world.applyEvent(event, slot);
				if (slot.dead) await world.revive(slot);
			}),
		),
		step("late lists", fc.nat({ max: 3 }), ({ world }, _, reads) => {
			for (const { emulator } of world.servers) emulator.switches.staleReads = reads;
		}),
		step(
			"another's that lists do not show yet",
			fc.tuple(fc.nat({ max: 2 }), events),
			({ world }, slot, [reads, event]) => {
				const { switches } = world.currentServer.emulator;
				const previous = switches.staleReads;
				switches.staleReads = reads + 1;
				world.applyEvent({ do: "other uploads", certificate: 0 }, slot);
				switches.staleReads = previous;
				if (event.do === "wait") world.applyEvent(event, slot);
			},
		),
	],
	{ maxCommands: 14, size: "max" },
);

/** Runs sequences. @throws Error with the seed and the shortest sequence found that violates an invariant. */
export async function soakUploads({ sequences, seed, tally = new Map() }: SoakOptions): Promise<void> {
	const candidates = await makeCandidates();
	await fc.assert(
		fc.asyncProperty(steps, async (commands) => {
			const world = await UploadWorld.open(candidates);
			try {
				const user = new UploadUser(world, tally);
				await fc.asyncModelRun(() => ({ model: {}, real: user }), commands);
				await user.finish();
				assert.deepEqual(user.validator.violations, []);
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
		[first, second, third].map(({ pem }) => reader.read(Buffer.from(pem), START_TIME / 1000, 0)),
	);
	return files.flatMap(({ candidates }) => candidates);
}

function daysFromStart(days: number): Date {
	return new Date(START_TIME + days * 86_400_000);
}
