// Changes of which certificates the file contains, in which order, and of how they are connected.
import * as der from "../../unit/x509/der.ts";
import { extension, name } from "../encode.ts";
import { poolKey } from "../keys.ts";
import { AT, at, caName, type Plan, type Planned } from "../plan.ts";
import { type Change, rename, setExtension } from "./change.ts";

/** Returns the intermediates of a plan, from the anchor's side. */
const intermediatesOf = ({ path }: Plan) => path.slice(1, -1);

/** Copies a certificate, so that the copy can be changed. */
const copy = (certificate: Planned): Planned => ({ ...certificate, extensions: [...certificate.extensions] });

/** Adds a changed copy of some intermediate to the file, at either end. */
function addTwin(change: (twin: Planned, plan: Plan) => void): Change["apply"] {
	return ({ plan, pick }) => {
		const intermediates = intermediatesOf(plan);
		if (intermediates.length === 0) return;
		const twin = copy(pick(...intermediates));
		twin.serial = der.integer(0x60 + plan.others.length);
		change(twin, plan);
		plan.others.push(twin);
		if (pick(true, false)) arrange(plan, (all) => all.toReversed());
	};
}

/** Adds a step that reorders the file's certificates, after the steps so far. */
function arrange(plan: Plan, next: Plan["arrange"]): void {
	const { arrange: before } = plan;
	plan.arrange = (all) => next(before(all));
}

export const STRUCTURE_CHANGES: readonly Change[] = [
	{
		name: "missing intermediate",
		apply: ({ plan }) => {
			plan.isIncomplete = true;
		},
	},
	{ name: "intermediates reversed", apply: ({ plan }) => arrange(plan, (all) => all.toReversed()) },
	{
		name: "intermediates rotated",
		apply: ({ plan, pick }) => {
			const by = pick(1, 2);
			arrange(plan, (all) => [...all.slice(by), ...all.slice(0, by)]);
		},
	},
	{
		name: "client last",
		apply: ({ plan }) => {
			plan.isClientLast = true;
		},
	},
	{
		name: "anchor in the file",
		apply: ({ plan }) => {
			if (plan.path[0]) plan.others.push(plan.path[0]);
		},
	},
	{ name: "intermediate twice", apply: ({ plan }) => arrange(plan, (all) => [...all, ...all.slice(0, 1)]) },
	{
		name: "unrelated authority in the file",
		apply: ({ plan }) => {
			const [anchor] = plan.path;
			const key = poolKey("p-256", 7);
			const subject = name(caName(7));
			if (anchor) plan.others.push({ ...copy(anchor), subject, issuer: subject, key, signer: key, hash: "sha256" });
		},
	},
	{
		name: "expired twin",
		apply: addTwin((twin) => {
			twin.notAfter = at(AT - 86_400);
		}),
	},
	{
		name: "newer twin",
		apply: addTwin((twin) => {
			twin.notAfter = at(AT + 1_000 * 86_400);
		}),
	},
	{
		name: "twin with a path length of 0",
		apply: addTwin((twin) => setExtension(twin, { ...extension.basicConstraints(true, 0), critical: true })),
	},
	{
		name: "twin that may not sign",
		apply: addTwin((twin) => setExtension(twin, { ...extension.keyUsage(0x02), critical: true })),
	},
	{
		name: "twin for servers",
		apply: addTwin((twin) => setExtension(twin, extension.extendedKeyUsage("1.3.6.1.5.5.7.3.1"))),
	},
	{
		name: "damaged twin",
		apply: addTwin((twin) => {
			twin.isDamaged = true;
		}),
	},
	{
		name: "twin with another key",
		apply: addTwin((twin) => {
			twin.key = poolKey(twin.key.type, 6);
			setExtension(twin, extension.subjectKeyId(twin.key.id));
		}),
	},
	{
		name: "twin with another key and the same identifier",
		apply: addTwin((twin) => {
			twin.key = poolKey(twin.key.type, 6);
		}),
	},
	{
		name: "twin of an unknown issuer",
		apply: addTwin((twin) => {
			twin.issuer = name(caName(9));
			twin.signer = poolKey("p-256", 9);
			setExtension(twin, extension.authorityKeyId(twin.signer.id));
		}),
	},
	{
		name: "self-signed twin",
		apply: addTwin((twin) => {
			twin.issuer = twin.subject;
			twin.signer = twin.key;
			setExtension(twin, extension.authorityKeyId(twin.key.id));
		}),
	},
	{
		name: "loop",
		apply: addTwin((twin, { path }) => {
			// The twin's issuer is the authority below it.
			const below = path[path.findIndex(({ subject }) => subject.equals(twin.subject)) + 1];
			if (!below) return;
			twin.issuer = below.subject;
			twin.signer = below.key;
			setExtension(twin, extension.authorityKeyId(below.key.id));
		}),
	},
	{
		name: "self-issued authority",
		apply: ({ plan, pick }) => {
			const intermediates = intermediatesOf(plan);
			if (intermediates.length === 0) return;
			const chosen = pick(...intermediates);
			rename(plan, chosen, chosen.issuer);
		},
	},
];
