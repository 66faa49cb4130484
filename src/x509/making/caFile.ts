import { createPublicKey, type KeyObject } from "node:crypto";
import type { CaIssue } from "../../domain/certificateMaking.ts";
import { MAX_FILE_BYTES } from "../../domain/limits.ts";
import { ProblemError } from "../../domain/problem.ts";
import { readTime } from "../asn1/asn1Time.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { namesEqual } from "../distinguishedName.ts";
import { readCertificates } from "../fileScan.ts";
import {
	AUTHORITY_INFORMATION,
	CERTIFICATE_POLICIES,
	CRL_DISTRIBUTION_POINTS,
	FRESHEST_CRL,
	INHIBIT_ANY_POLICY,
	POLICY_CONSTRAINTS,
	POLICY_MAPPINGS,
	SUBJECT_INFORMATION,
} from "../objectIds.ts";
import { isSameKey, isWeakKey } from "../publicKey.ts";
import { isSignedBy } from "../signature.ts";
import { canSign } from "./buildCertificate.ts";

/** A CA's certificate and those above it in its file, up to the root if it's there. */
export type CaPath = readonly [DecodedCertificate, ...DecodedCertificate[]];

/**
 * Reads the certificates of a CA's file.
 * @param now Unix seconds.
 * @throws ProblemError `ca-refused` if none of them can issue client certificates.
 */
export function readCaFile(file: Uint8Array, now: number): readonly DecodedCertificate[] {
	if (file.length > MAX_FILE_BYTES) throw caRefused("too-large");
	const { certificates } = readCertificates(file);
	const issues = certificates.map((each) => findCaIssue(each, now));
	if (issues.includes(null)) return certificates;
	throw caRefused(issues.find((issue) => issue !== "not-a-ca") ?? issues[0] ?? "no-certificate");
}

/**
 * Returns the CA that a private key belongs to. Of several certificates for the key, such as a renewed one beside the
 * expired one, the first that can issue.
 * @param now Unix seconds.
 * @throws ProblemError `ca-refused`
 */
export function findCa(certificates: readonly DecodedCertificate[], privateKey: KeyObject, now: number): CaPath {
	const publicKey = createPublicKey(privateKey);
	const ofKey = certificates.filter(({ raw }) => isSameKey(raw.publicKey, publicKey));
	const issues = ofKey.map((each) => findCaIssue(each, now));
	const ca = ofKey[issues.indexOf(null)];
	if (!ca) throw caRefused(issues[0] ?? "not-a-pair");
	return pathFrom(ca, certificates);
}

/** Extensions of a CA that has its own tool. What it issues should have some of them, too. */
const MANAGED: ReadonlySet<string> = new Set([
	...[CRL_DISTRIBUTION_POINTS, FRESHEST_CRL, AUTHORITY_INFORMATION, SUBJECT_INFORMATION],
	...[CERTIFICATE_POLICIES, POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY],
]);

function findCaIssue({ extensions, raw, publicKey }: DecodedCertificate, now: number): CaIssue | null {
	if (extensions.basicConstraints?.ca !== true) return "not-a-ca";
	if (raw.extensions.some(({ oid }) => MANAGED.has(oid))) return "managed";
	const [notBefore, notAfter] = [readTime(raw.notBefore), readTime(raw.notAfter)];
	if (notBefore === null || notAfter === null) return "not-accepted";
	if (notAfter <= now) return "expired";
	if (notBefore > now) return "not-yet-valid";
	if (isWeakKey(publicKey)) return "weak-key";
	return canSign(publicKey) ? null : "unsupported-key";
}

/** Follows the issuers' names and signatures. */
function pathFrom(ca: DecodedCertificate, certificates: readonly DecodedCertificate[]): CaPath {
	const path: [DecodedCertificate, ...DecodedCertificate[]] = [ca];
	for (let last: DecodedCertificate | undefined = ca; last && !last.selfIssued; ) {
		const { issuer, raw }: DecodedCertificate = last;
		last = certificates.find(
			(each) => !path.includes(each) && namesEqual(each.subject, issuer) && isSignedBy(raw, each.raw.publicKey),
		);
		if (last) path.push(last);
	}
	return path;
}

/** Returns the problem of a CA that can't issue client certificates. */
export function caRefused(why: CaIssue): ProblemError {
	return new ProblemError({ reason: "ca-refused", why });
}
