// A chain before it is encoded. Changes change it in place.
import { createHash } from "node:crypto";
import * as der from "../unit/x509/der.ts";
import { extension, type NameAttribute, name } from "./encode.ts";
import { type Hash, type PoolKey, type PoolKeyType, poolKey, signingMethod } from "./keys.ts";

/** The time of every comparison, Unix seconds: verdicts must not depend on the day. */
export const AT = 1_800_000_000;

/** A certificate before it is encoded. */
export interface Planned {
	subject: Buffer;
	issuer: Buffer;
	key: PoolKey;
	signer: PoolKey;
	hash: Hash;
	/** As in `der.CertificateParts`. */
	version: number | null;
	serial: Buffer;
	notBefore: Buffer;
	notAfter: Buffer;
	extensions: der.ExtensionParts[];
	/** Another algorithm inside the signed part. */
	innerHash?: Hash;
	isDamaged: boolean;
}

export interface Plan {
	/** From the trust anchor to the client certificate. */
	readonly path: Planned[];
	/** More certificates in the client's file. */
	readonly others: Planned[];
	/** Arranges the certificates behind the client certificate. */
	arrange: <T>(certificates: readonly T[]) => readonly T[];
	/** True if the intermediate next to the client is missing in the file. */
	isIncomplete: boolean;
	/** True if the client certificate is the last one of the file. */
	isClientLast: boolean;
	/** The time to check the dates against, Unix seconds. */
	at: number;
}

export interface MadeCertificate {
	readonly pem: string;
	readonly der: Buffer;
	readonly sha256: string;
}

export interface MadeChain {
	readonly client: MadeCertificate;
	readonly anchor: MadeCertificate;
	/** The other certificates of the client's file. */
	readonly intermediates: readonly MadeCertificate[];
	/** The client's file. */
	readonly file: string;
	readonly at: number;
}

const DAY = 86_400;
export const at = (seconds: number) => der.time(new Date(seconds * 1000));

const CA_NAME: readonly NameAttribute[] = [
	["C", "DE"],
	["O", "Acme"],
];
export const caName = (number: number): readonly NameAttribute[] => [...CA_NAME, ["CN", `CA ${number}`]];
export const CLIENT_NAME: readonly NameAttribute[] = [...CA_NAME, ["OU", "Machines"], ["CN", "Client"]];

export interface PlanOptions {
	readonly intermediates: number;
	/** For each certificate from the anchor to the client. */
	readonly keyTypes: readonly PoolKeyType[];
	readonly hash: Hash;
	/** The trust anchor is an intermediate CA of another root. */
	readonly isAnchorIntermediate: boolean;
}

/** Plans a chain that every validator accepts, unless the algorithms are too weak. */
export function planChain({ intermediates, keyTypes, hash, isAnchorIntermediate }: PlanOptions): Plan {
	const path: Planned[] = [];
	const keyAt = (index: number) => poolKey(keyTypes[index] ?? "p-256", index);
	for (let index = 0; index <= intermediates + 1; index++) {
		const key = keyAt(index);
		const isClient = index === intermediates + 1;
		const outside = { subject: name(caName(9)), key: poolKey("p-256", 9) };
		const subject = name(isClient ? CLIENT_NAME : caName(index));
		const issuer = path.at(-1) ?? (isAnchorIntermediate ? outside : { subject, key });
		path.push({
			...{ subject, key, hash },
			issuer: issuer.subject,
			signer: issuer.key,
			version: 2,
			serial: der.integer(0x10 + index),
			notBefore: at(AT - (isClient ? 10 : 100) * DAY),
			notAfter: at(AT + (isClient ? 10 : 100) * DAY),
			extensions: [
				...(isClient ? CLIENT_EXTENSIONS : CA_EXTENSIONS),
				extension.subjectKeyId(key.id),
				extension.authorityKeyId(issuer.key.id),
			],
			isDamaged: false,
		});
	}
	return { path, others: [], arrange: (all) => all, isIncomplete: false, isClientLast: false, at: AT };
}

const CA_EXTENSIONS: readonly der.ExtensionParts[] = [
	{ ...extension.basicConstraints(true), critical: true },
	{ ...extension.keyUsage(0x06), critical: true },
];
const CLIENT_EXTENSIONS: readonly der.ExtensionParts[] = [
	{ ...extension.basicConstraints(false), critical: true },
	{ ...extension.keyUsage(0x80), critical: true },
	extension.extendedKeyUsage("1.3.6.1.5.5.7.3.2"),
];

/** Encodes and signs all certificates of a plan. */
export function makeChain({ path, others, arrange, isIncomplete, isClientLast, at }: Plan): MadeChain {
	// Encode each certificate only once: a second signature would make another certificate.
	const made = new Map([...path, ...others].map((planned) => [planned, encode(planned)]));
	const get = (planned: Planned) => made.get(planned) ?? encode(planned);
	const [anchor, ...below] = path.map(get);
	const client = below.pop();
	if (!anchor || !client) throw new Error("a chain has at least two certificates");
	const between = below.toReversed();
	const intermediates = arrange([...(isIncomplete ? between.slice(1) : between), ...others.map(get)]);
	const all = isClientLast ? [...intermediates, client] : [client, ...intermediates];
	return { client, anchor, intermediates, file: all.map(({ pem }) => pem).join(""), at };
}

function encode(planned: Planned): MadeCertificate {
	const { key, signer, hash, innerHash, isDamaged, ...parts } = planned;
	const bytes = der.certificate({
		...parts,
		...signingMethod(signer, hash),
		...(innerHash && { innerAlgorithm: signingMethod(signer, innerHash).signatureAlgorithm }),
		publicKey: key.spki,
	});
	// Change the last bit of the signature, which can still be read afterward.
	if (isDamaged) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	return { der: bytes, pem: der.pemBlock("CERTIFICATE", bytes), sha256 };
}
