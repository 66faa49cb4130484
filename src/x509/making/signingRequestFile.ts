import type { SigningRequest, SigningRequestIssue } from "../../domain/certificateMaking.ts";
import { type AlternativeName, findNamesIssue } from "../../domain/certificateNames.ts";
import { ProblemError } from "../../domain/problem.ts";
import { isAlgorithm, isBitString, isPublicKey } from "../asn1/asn1Validation.ts";
import { childrenOf, decodeOid, type Element, readElement } from "../asn1/der.ts";
import { detectKind } from "../contentKind.ts";
import { commonNameOf, type DistinguishedName, readName } from "../distinguishedName.ts";
import { type Block, splitBlocks } from "../fileBlocks.ts";
import { COMMON_NAME, EXTENSION_REQUESTS, SUBJECT_ALTERNATIVE_NAME } from "../objectIds.ts";
import { findUncommonKey, findUncommonSignature } from "../path/algorithms.ts";
import { type GeneralName, readAlternativeNames } from "../path/generalNames.ts";
import { isWeakKey, readPublicKey } from "../publicKey.ts";
import { type RawExtension, readExtension } from "../rawCertificate.ts";
import { isSignedBy, readSignatureAlgorithm } from "../signature.ts";

/** Larger than any CSR with the names that a certificate can have here. */
const MAX_REQUEST_BYTES = 65_536;

/**
 * Reads the only CSR of a file (PKCS#10, RFC 2986), and checks its key, signature and names.
 * @throws ProblemError `request-refused`, `names-refused`
 */
export function readSigningRequest(file: Uint8Array): SigningRequest {
	if (file.length > MAX_REQUEST_BYTES) throw refusal("too-large");
	const blocks = [...splitBlocks(file)].filter(isRequest);
	const [block] = blocks;
	if (!block?.content) throw refusal("no-request");
	if (blocks.length > 1) throw refusal("several-requests");
	const parts = "bytes" in block.content ? splitRequest(readElement(block.content.bytes)) : null;
	if (!parts) throw refusal("unreadable");

	const key = readPublicKey(parts.publicKey);
	if (isWeakKey(key)) throw refusal("weak-key");
	if (findUncommonKey(key)) throw refusal("unsupported-key");
	if (findUncommonSignature(readSignatureAlgorithm(parts.signed.signatureAlgorithm)))
		throw refusal("signature-algorithm");
	const isSigned = isSignedBy(parts.signed, parts.publicKey);
	if (isSigned !== true) throw refusal(isSigned === null ? "signature-algorithm" : "not-signed");

	const commonName = commonNameOf(parts.subject)?.trim() || null;
	const names = parts.names.map(toAlternativeName).filter((name) => name !== null);
	const issue = findNamesIssue(commonName, names);
	if (issue) throw new ProblemError({ reason: "names-refused", issue });
	return {
		commonName,
		names,
		leftOut: [...leftOutOf(parts)],
		keyType: key.type,
		keyBits: key.bits,
		publicKey: new Uint8Array(parts.publicKey.encoded),
	};
}

function isRequest({ labelKind, content }: Block): boolean {
	if (labelKind === "certificate-request") return true;
	return content !== null && "bytes" in content && detectKind(readElement(content.bytes)) === "certificate-request";
}

/** The parts of a CSR (RFC 2986 4). */
interface RequestParts {
	readonly subject: DistinguishedName;
	readonly publicKey: Element;
	readonly names: readonly GeneralName[];
	/** The requested extensions besides the names. */
	readonly otherExtensions: readonly RawExtension[];
	readonly signed: Parameters<typeof isSignedBy>[0];
}

/** Returns the parts of a CSR; `null` if malformed. @throws ProblemError `request-refused` */
function splitRequest(request: Element | null): RequestParts | null {
	const [info, signatureAlgorithm, signature, ...rest] = childrenOf(request) ?? [];
	if (!info || !isAlgorithm(signatureAlgorithm) || !isBitString(signature) || rest.length > 0) return null;
	const [, name, publicKey, attributes] = childrenOf(info) ?? [];
	const subject = name && readName(name);
	const extensions = attributes ? readRequestedExtensions(attributes) : [];
	if (!subject || !isPublicKey(publicKey) || !extensions) return null;
	const isNames = ({ oid }: RawExtension) => oid === SUBJECT_ALTERNATIVE_NAME;
	const names = extensions.filter(isNames).map(({ value }) => readAlternativeNames(value));
	if (!names.every((each) => each !== null)) return null;
	return {
		subject,
		publicKey,
		names: names.flat(),
		otherExtensions: extensions.filter((each) => !isNames(each)),
		signed: {
			tbs: info.encoded,
			signatureAlgorithm,
			signatureAlgorithmsAgree: true,
			signature: signature.content.subarray(1),
		},
	};
}

/**
 * Returns the extensions that the attributes of a CSR request; `null` if malformed.
 * @throws ProblemError `request-refused` if there is more than one list of them (RFC 2985 5.4.2)
 */
function readRequestedExtensions(attributes: Element): readonly RawExtension[] | null {
	const lists: (Element | undefined)[] = [];
	for (const attribute of childrenOf(attributes) ?? [null]) {
		const [type, values] = childrenOf(attribute) ?? [];
		if (!type) return null;
		if (!EXTENSION_REQUESTS.includes(decodeOid(type.content) ?? "")) continue;
		// An attribute without a value is malformed.
		const [first, ...others] = childrenOf(values) ?? [];
		lists.push(first, ...others);
	}
	if (lists.length > 1) throw refusal("several-extension-lists");
	if (lists.length === 0) return [];
	const extensions = (childrenOf(lists[0]) ?? [null]).map((element) => element && readExtension(element));
	return extensions.every((each) => each !== null) ? extensions : null;
}

function toAlternativeName({ kind, text }: GeneralName): AlternativeName | null {
	return kind === "dns" || kind === "uri" || kind === "email" ? { type: kind, value: text } : null;
}

function* leftOutOf({ subject, names, otherExtensions }: RequestParts): Generator<SigningRequest["leftOut"][number]> {
	const attributes = subject.flat();
	if (attributes.length > 1 || attributes.some(({ oid }) => oid !== COMMON_NAME)) yield "subject";
	if (names.some((name) => toAlternativeName(name) === null)) yield "names";
	if (otherExtensions.length > 0) yield "extensions";
}

function refusal(why: SigningRequestIssue): ProblemError {
	return new ProblemError({ reason: "request-refused", why });
}
