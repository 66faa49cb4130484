import fc from "fast-check";
import { CONSTRAINT_CHANGES, DATE_CHANGES, SIGNATURE_CHANGES, USAGE_CHANGES } from "./changes/basicChanges.ts";
import type { Change, ChangeContext } from "./changes/change.ts";
import { FORM_CHANGES, IDENTIFIER_CHANGES, POLICY_CHANGES } from "./changes/extensionChanges.ts";
import { NAME_CHANGES, NAME_CONSTRAINT_CHANGES } from "./changes/nameChanges.ts";
import { STRUCTURE_CHANGES } from "./changes/structureChanges.ts";
import type { Hash, PoolKeyType } from "./keys.ts";
import { type Plan, type PlanOptions, planChain } from "./plan.ts";

export interface RandomChain {
	readonly plan: Plan;
	/** The names of its changes, and of the types of its keys. */
	readonly changes: readonly string[];
}

interface RandomChange {
	readonly change: Change;
	readonly position: number;
	readonly draws: readonly number[];
}

/** A large number, to be divided by the number of values. */
const draw = fc.nat({ max: 720_719 });

const changes = fc.oneof(
	...(
		[
			[3, NAME_CONSTRAINT_CHANGES],
			[3, STRUCTURE_CHANGES],
			[2, FORM_CHANGES],
			[2, USAGE_CHANGES],
			[2, CONSTRAINT_CHANGES],
			[2, NAME_CHANGES],
			[1, DATE_CHANGES],
			[1, SIGNATURE_CHANGES],
			[1, IDENTIFIER_CHANGES],
			[1, POLICY_CHANGES],
		] as const
	).map(([weight, group]) => ({ weight, arbitrary: fc.constantFrom(...group) })),
);

const randomChange: fc.Arbitrary<RandomChange> = fc.record({
	change: changes,
	position: draw,
	draws: fc.array(draw, { minLength: 20, maxLength: 20 }),
});

const keyType = fc.constantFrom<PoolKeyType>(
	...(["p-256", "p-256", "p-256", "p-256", "p-384", "p-384", "rsa-2048", "rsa-2048"] as const),
	...(["rsa-1024", "ed25519", "ed25519"] as const),
);
const PATH_LENGTH = 5;
const keyTypes = fc.oneof(
	{ weight: 20, arbitrary: keyType.map((type) => Array.from({ length: PATH_LENGTH }, () => type)) },
	{ weight: 10, arbitrary: fc.array(keyType, { minLength: PATH_LENGTH, maxLength: PATH_LENGTH }) },
	{ weight: 1, arbitrary: fc.constant(Array.from({ length: PATH_LENGTH }, () => "dsa" as const)) },
);

const options: fc.Arbitrary<PlanOptions> = fc.record({
	intermediates: fc.constantFrom(0, 1, 1, 2, 2, 3),
	keyTypes,
	hash: fc.constantFrom<Hash>("sha256", "sha256", "sha256", "sha256", "sha384", "sha512", "pss", "sha1"),
	isAnchorIntermediate: fc.constantFrom(false, false, false, true),
});

const chains = fc.record({
	options,
	// How many changes: most often one, which shows best what it does.
	changes: fc
		.constantFrom(0, 1, 1, 1, 1, 2, 2, 2, 3)
		.chain((count) => fc.array(randomChange, { minLength: count, maxLength: count })),
});

/** Returns chains at random, always the same ones for a seed, but for their keys. */
export function randomChains(count: number, seed: number): RandomChain[] {
	return fc.sample(chains, { numRuns: count, seed }).map(({ options, changes }) => {
		const plan = planChain(options);
		for (const change of changes) apply(plan, change);
		const types = plan.path.map(({ signer }) => signer.type);
		return { plan, changes: [...changes.map(({ change }) => change.name), ...new Set(types)] };
	});
}

function apply(plan: Plan, { change, position, draws }: RandomChange): void {
	const { path } = plan;
	const candidates = { client: path.slice(-1), authority: path.slice(0, -1), issued: path.slice(1), any: path };
	const targets = candidates[change.target ?? "any"];
	const certificate = targets[position % targets.length];
	if (!certificate) return;
	const rest = [...draws];
	const pick: ChangeContext["pick"] = (...values) => values[(rest.shift() ?? 0) % values.length] as never;
	change.apply({ plan, certificate, index: path.indexOf(certificate), pick });
}
