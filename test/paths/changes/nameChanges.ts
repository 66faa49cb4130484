// Changes of names, and constraints on them.
import * as der from "../../unit/x509/der.ts";
import { extension, generalName, type NameAttribute, name, PRINTABLE, SUBJECT_ALT_NAME } from "../encode.ts";
import { CLIENT_NAME, caName } from "../plan.ts";
import { type Change, type ChangeContext, changeExtension, rename, setExtension } from "./change.ts";

type Pick = ChangeContext["pick"];
type Kind = "dns" | "email" | "ip" | "uri" | "directory" | "otherName" | "id";

const WITH_UNIT: readonly NameAttribute[] = [...caName(0).slice(0, 2), ["OU", "Machines"]];
const LOWER_CASE = WITH_UNIT.map(([type, value]): NameAttribute => [type, type === "C" ? value : value.toLowerCase()]);

/** Names that a client certificate might have, by kind. Some don't have the form that their kind requires. */
const NAMES: Readonly<Record<Kind, readonly Buffer[]>> = {
	dns: [
		...["example.test", "a.example.test", "A.EXAMPLE.test", "notexample.test", "a.b.example.test", "example.org"],
		...["*.example.test", "*.test", "example.test.", "127.0.0.1", "", "a_b.example.test"],
	].map(generalName.dns),
	email: [
		...["user@example.test", "user@a.example.test", "USER@example.test", "user@EXAMPLE.test", "user@example.org"],
		...["other@example.test", "example.test", "@example.test", "user@", '"a@b"@example.test'],
	].map(generalName.email),
	ip: [["10.1.2.3"], ["192.0.2.7"], ["2001:db8::7"], ["10.0.0.0", "255.0.0.0"]].map((each) => generalName.ip(...each)),
	uri: [
		...["https://example.test/x", "https://a.example.test:8443", "spiffe://EXAMPLE.test/client", "https://example.org"],
		...["https://user@a.example.test/", "https://10.0.0.1/", "https://[::1]/", "urn:a:b", "example.test", ""],
	].map(generalName.uri),
	directory: [CLIENT_NAME, WITH_UNIT, LOWER_CASE, [["O", "Other"] as const], []].map(generalName.directory),
	otherName: ["user@example.test"].map(generalName.otherName),
	id: ["1.2.3.4"].map(generalName.id),
};

/** Bases of constraints, by kind. Some don't have the form that their kind requires. */
const BASES: Readonly<Record<Kind, readonly Buffer[]>> = {
	dns: ["example.test", "a.example.test", "EXAMPLE.test", ".example.test", "", "test", "*.example.test"].map(
		generalName.dns,
	),
	email: ["example.test", ".example.test", "user@example.test", "user@EXAMPLE.test", "", "a@b@example.test"].map(
		generalName.email,
	),
	ip: [
		...[
			["10.0.0.0", "255.0.0.0"],
			["192.0.2.0", "255.255.255.0"],
			["0.0.0.0", "0.0.0.0"],
		],
		...[["2001:db8::", "ffff:ffff::"], ["10.0.0.3", "255.0.0.255"], ["10.0.0.0"]],
	].map((each) => generalName.ip(...each)),
	uri: ["example.test", ".example.test", "EXAMPLE.test", "10.0.0.1", "", "https://example.test"].map(generalName.uri),
	directory: [WITH_UNIT, WITH_UNIT.slice(0, 2), LOWER_CASE, CLIENT_NAME, [["O", "Other"] as const], []].map(
		generalName.directory,
	),
	otherName: NAMES.otherName,
	id: NAMES.id,
};

const pickKind = (pick: Pick) =>
	pick<Kind>("dns", "email", "ip", "uri", "directory", "dns", "email", "directory", "otherName", "id");

/** Several names, most of them of one kind. */
function pickNames(kind: Kind, pick: Pick): Buffer[] {
	const names = [pick(...NAMES[kind])];
	if (pick(true, false, false)) names.push(pick(...NAMES[kind]));
	if (pick(true, false, false, false)) names.push(pick(...NAMES[pickKind(pick)]));
	return names;
}

function constraints(kind: Kind, pick: Pick): der.ExtensionParts {
	const bases = () => [pick(...BASES[kind]), ...(pick(true, false, false) ? [pick(...BASES[kind])] : [])];
	const form = pick("permitted", "permitted", "excluded", "both");
	const permitted = form === "excluded" ? [] : bases();
	const excluded = form === "permitted" ? [] : bases();
	return { ...extension.nameConstraints(permitted, excluded), critical: pick(true, true, false) };
}

/** Name constraints of one kind, for a client with such names, unless it got other names before. */
function constrain(kindOf: (pick: Pick) => Kind): Change["apply"] {
	return ({ certificate, plan, pick }) => {
		const kind = kindOf(pick);
		setExtension(certificate, constraints(kind, pick));
		const client = plan.path.at(-1);
		if (!client || client.extensions.some(({ oid }) => oid === SUBJECT_ALT_NAME)) return;
		if (pick(true, true, true, false)) setExtension(client, extension.subjectAltName(...pickNames(kind, pick)));
	};
}

export const NAME_CONSTRAINT_CHANGES: readonly Change[] = [
	...(["dns", "email", "ip", "uri", "directory", "dns", "email", "directory"] as const).map(
		(kind): Change => ({ name: `constraint: ${kind}`, target: "authority", apply: constrain(() => kind) }),
	),
	{ name: "constraint: otherName", target: "authority", apply: constrain(() => "otherName") },
	{ name: "constraint: id", target: "authority", apply: constrain(() => "id") },
	{
		name: "constraint with a distance",
		target: "authority",
		apply: ({ certificate, pick }) => {
			const limits = pick(der.tlv(0x80, Buffer.of(1)), der.tlv(0x81, Buffer.of(3)), der.tlv(0x80, Buffer.of(0)));
			const base = generalName.dns("example.test");
			setExtension(certificate, { ...extension.nameConstraints([base], [], [limits]), critical: true });
		},
	},
	{
		name: "constraint without subtrees",
		target: "authority",
		apply: ({ certificate }) => setExtension(certificate, { ...extension.nameConstraints([], []), critical: true }),
	},
	{
		name: "constraint in the client",
		target: "client",
		apply: ({ certificate, pick }) => setExtension(certificate, constraints(pickKind(pick), pick)),
	},
	{
		name: "constraint on e-mail in the subject",
		target: "authority",
		apply: ({ certificate, plan, pick }) => {
			setExtension(certificate, constraints("email", pick));
			const client = plan.path.at(-1);
			const address = pick("user@example.test", "user@example.org");
			if (client) rename(plan, client, name([...CLIENT_NAME, ["emailAddress", address]]));
		},
	},
	{
		name: "constraint on DNS and a host as common name",
		target: "authority",
		apply: ({ certificate, plan, pick }) => {
			setExtension(certificate, constraints("dns", pick));
			const client = plan.path.at(-1);
			const host = pick("a.example.test", "a.example.org");
			if (client) rename(plan, client, name([...CLIENT_NAME.slice(0, -1), ["CN", host]]));
		},
	},
	{
		name: "names of an authority",
		target: "authority",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, extension.subjectAltName(...pickNames(pickKind(pick), pick))),
	},
];

const CHANGED_SPELLING = {
	"name in another case": (value: string) => value.toUpperCase(),
	"name with more spaces": (value: string) => ` ${value.replace(" ", "   ")} `,
	"name in another string type": (value: string) => value,
} as const;

export const NAME_CHANGES: readonly Change[] = [
	...Object.entries(CHANGED_SPELLING).map(
		([title, change]): Change => ({
			name: title,
			target: "issued",
			apply: ({ certificate, index }) => {
				const attributes = caName(index - 1).map(([type, value]): NameAttribute => [type, change(value)]);
				certificate.issuer = name(attributes, PRINTABLE);
			},
		}),
	),
	{
		name: "another issuer",
		target: "issued",
		apply: ({ certificate }) => {
			certificate.issuer = name(caName(77));
		},
	},
	{
		name: "client without subject",
		target: "client",
		apply: ({ certificate, plan, pick }) => {
			rename(plan, certificate, name([]));
			const critical = pick(true, true, false);
			if (pick(true, true, false))
				setExtension(certificate, { ...extension.subjectAltName(generalName.dns("a.example.test")), critical });
		},
	},
	{
		name: "authority without subject",
		target: "authority",
		apply: ({ certificate, plan }) => rename(plan, certificate, name([])),
	},
	{
		name: "names of the client",
		target: "client",
		apply: ({ certificate, pick }) =>
			setExtension(certificate, extension.subjectAltName(...pickNames(pickKind(pick), pick))),
	},
	{
		name: "critical names of the client",
		target: "client",
		apply: ({ certificate, pick }) => {
			setExtension(certificate, extension.subjectAltName(...pickNames(pickKind(pick), pick)));
			changeExtension(certificate, SUBJECT_ALT_NAME, { critical: true });
		},
	},
	{
		name: "no names in the client's list",
		target: "client",
		apply: ({ certificate }) => setExtension(certificate, extension.subjectAltName()),
	},
];
