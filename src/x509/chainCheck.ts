import {
	type CertificateNames,
	type ChainCheckResult,
	type ChainChecks,
	type ChainMember,
	type ClientCertificateIssue,
	effectOf,
} from "../domain/clientCertificateCheck.ts";
import { readTime } from "./asn1/asn1Time.ts";
import { readElement } from "./asn1/der.ts";
import { type DecodedCertificate, decodeCertificate } from "./certificate.ts";
import { canonicalName, formatName, readName } from "./distinguishedName.ts";
import { readCertificates } from "./fileScan.ts";
import { fingerprint } from "./parsedCertificate.ts";
import { buildPaths } from "./path/buildPaths.ts";
import { addCertificate, type IssueOf } from "./path/issue.ts";
import { signatureChecks } from "./path/signatureChecks.ts";
import { isAuthority, type Path, pathChecks } from "./path/validatePath.ts";
import { parseRawCertificate } from "./rawCertificate.ts";

/**
 * Checks offline whether OpenAI would accept a client certificate.
 * @param file The client certificate with its intermediates, in any order; a private key is ignored.
 * @param anchors DER of the active trust anchors, at least one.
 * @param time The time to check the dates against, Unix seconds; dates are compared to the second.
 * @returns `null` if the file contains no certificate or an anchor is malformed.
 */
export function checkChain(file: Uint8Array, anchors: readonly Uint8Array[], time: number): ChainCheckResult | null {
	const { certificates, cut } = readCertificates(file);
	const roots = decodeAll(anchors);
	return roots && checkCertificates(certificates, roots, time, cut);
}

/** Opens checks of many clients, which remember the trust anchors and intermediates that they decoded. */
export function openChecks(): ChainChecks {
	const decodeIssuer = decodeOnce();
	return {
		namesOf,
		check: (chain, anchors, time) => {
			const certificates = chain.map((der, index) => (index === 0 ? decode(der) : decodeIssuer(der)));
			const roots = anchors.map(decodeIssuer);
			if (!certificates.every((each) => each !== null) || !roots.every((each) => each !== null)) return null;
			const result = checkCertificates(certificates, roots, time, false);
			const changes = [...roots, ...certificates].flatMap(changesOf).filter((each) => each > time);
			return result && { ...result, changesAt: Math.min(...changes) };
		},
	};
}

function namesOf(der: Uint8Array): CertificateNames | null {
	const raw = parseRawCertificate(der);
	const subject = raw && readName(raw.subject);
	const issuer = raw && readName(raw.issuer);
	return subject && issuer ? { subject: canonicalName(subject), issuer: canonicalName(issuer) } : null;
}

/** Returns a function that decodes each certificate once: many clients have the same issuers. */
function decodeOnce(): typeof decode {
	const decoded = new Map<string, DecodedCertificate | null>();
	return (der) => {
		const key = fingerprint(der);
		const known = decoded.get(key) ?? decode(der);
		decoded.set(key, known);
		return known;
	};
}

/** Returns the times from which a check of a certificate's dates has another result, Unix seconds. */
function changesOf({ raw }: DecodedCertificate): readonly number[] {
	const notAfter = readTime(raw.notAfter);
	// The last second has a result of its own.
	return [readTime(raw.notBefore), notAfter, notAfter && notAfter + 1].filter((time) => time !== null);
}

function checkCertificates(
	certificates: readonly DecodedCertificate[],
	roots: readonly DecodedCertificate[],
	time: number,
	cut: boolean,
): ChainCheckResult | null {
	const at = Math.floor(time);
	const client = findClient(certificates);
	if (!client) return null;
	const checked = checkClient(client, certificates, roots, at, cut);
	const issues = [...checked.issues, ...addCertificate(client, fileIssues(checked.path, certificates))];
	return {
		...toMember(client),
		notAfter: readTime(client.raw.notAfter),
		chain: checked.path.map(toMember),
		complete: checked.complete,
		...effectOf(issues),
		issues,
	};
}

interface CheckedPath {
	readonly path: Path;
	readonly complete: boolean;
	readonly issues: readonly ClientCertificateIssue[];
}

/** Returns the best path with its issues. Another path that fails makes OpenAI's choice unknown. */
function checkClient(
	client: DecodedCertificate,
	certificates: readonly DecodedCertificate[],
	roots: readonly DecodedCertificate[],
	at: number,
	isFileCut: boolean,
): CheckedPath {
	// A certificate that is also an anchor ends the path as the anchor.
	const start = roots.find((root) => isSameCertificate(root, client)) ?? client;
	const intermediates = certificates.filter(
		(each) => ![start, ...roots].some((other) => isSameCertificate(each, other)),
	);
	const isSigned = signatureChecks();
	const issuesOf = pathChecks(at, isSigned);
	const { complete, partial, hasDeadEnd, isCut } = buildPaths(start, intermediates, roots, isSigned);
	const cut = isCut || isFileCut;
	if (partial && !cut) {
		const last = partial.path.at(-1) ?? client;
		const gap = { code: partial.code, issuer: formatName(last.issuer) };
		const issues = [...addCertificate(last, [gap]), ...issuesOf(partial.path, false)];
		return { path: partial.path, complete: false, issues };
	}
	const paths = complete
		.map((path) => ({ path, complete: true, issues: issuesOf(path, true) }))
		.toSorted((one, other) => rank(one) - rank(other));
	const [best = { path: partial?.path ?? [client], complete: false, issues: [] }] = paths;
	// Without the limits another path might have been found, so only the client certificate's own issues are certain.
	if (cut)
		return {
			...best,
			issues: [...issuesOf([client], false), ...addCertificate(client, [{ code: "too-many-certificates" }])],
		};
	const clientIssues: IssueOf[] = [];
	if (effectOf(best.issues).verdict !== "rejected" && canOthersFail(best.path, paths, hasDeadEnd))
		clientIssues.push({ code: "other-path-fails" });
	if (best.path.length === 1) clientIssues.push({ code: "is-the-anchor" });
	return { ...best, issues: [...best.issues, ...addCertificate(client, clientIssues)] };
}

/**
 * True if another path than the best fails, and OpenAI might use it. OpenAI tries the direct path to an anchor first, and
 * other paths only without it; which of several anchors it selects is not documented ("Mutual TLS").
 */
function canOthersFail(best: Path, paths: readonly CheckedPath[], hasDeadEnd: boolean): boolean {
	const tried = isDirect(best) ? paths.filter(({ path }) => isDirect(path)) : paths;
	const failing = tried.filter(({ path, issues }) => path !== best && effectOf(issues).verdict !== "accepted");
	return hasDeadEnd || failing.length > 0;
}

/** True for a path without intermediates. */
function isDirect(path: Path): boolean {
	return path.length <= 2;
}

/** Lower for better paths; of equal paths, the first stays first. */
function rank({ issues }: Pick<CheckedPath, "issues">): number {
	const { verdict, rfc5280 } = effectOf(issues);
	return ["accepted", "unknown", "rejected"].indexOf(verdict) * 3 + ["valid", "unknown", "invalid"].indexOf(rfc5280);
}

/**
 * Returns the certificate that the client presents: preferably the first that is not a CA and issued no other, then a CA
 * that issued no other, because an issuer may lack basic constraints.
 */
function findClient(certificates: readonly DecodedCertificate[]): DecodedCertificate | undefined {
	const ends = findEnds(certificates);
	return findLeaves(certificates)[0] ?? ends.find(({ selfIssued }) => !selfIssued) ?? certificates[0];
}

function findLeaves(certificates: readonly DecodedCertificate[]): readonly DecodedCertificate[] {
	return findEnds(certificates).filter((each) => !isAuthority(each));
}

/** Returns the certificates that issued no other. */
function findEnds(certificates: readonly DecodedCertificate[]): readonly DecodedCertificate[] {
	const issuers = new Set(
		certificates.filter(({ selfIssued }) => !selfIssued).map(({ issuer }) => canonicalName(issuer)),
	);
	return certificates.filter(({ subject }) => !issuers.has(canonicalName(subject)));
}

function* fileIssues(path: Path, certificates: readonly DecodedCertificate[]): Generator<IssueOf> {
	const positions = path.map((each) => certificates.findIndex((other) => isSameCertificate(each, other)));
	// The anchor needn't be in the file.
	const present = positions.filter((position) => position >= 0);
	if (present.some((position, index) => position !== index)) yield { code: "not-in-order" };
	if (findLeaves(certificates).length > 1) yield { code: "several-clients" };
}

/** Decodes certificates; returns `null` if there is none, or one is malformed. */
function decodeAll(ders: readonly Uint8Array[]): readonly DecodedCertificate[] | null {
	const decoded = ders.map(decode);
	return decoded.length > 0 && decoded.every((each) => each !== null) ? decoded : null;
}

function decode(der: Uint8Array): DecodedCertificate | null {
	const element = readElement(der);
	return element && decodeCertificate(element);
}

function isSameCertificate(one: DecodedCertificate, other: DecodedCertificate): boolean {
	return Buffer.compare(one.raw.der, other.raw.der) === 0;
}

function toMember({ subject, raw }: DecodedCertificate): ChainMember {
	return { subject: formatName(subject), sha256: fingerprint(raw.der) };
}
