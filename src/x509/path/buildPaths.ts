import type { DecodedCertificate } from "../certificate.ts";
import { canonicalName } from "../distinguishedName.ts";
import { isIdentifiedBy } from "./authorityKey.ts";
import type { SignatureCheck } from "./signatureChecks.ts";
import type { Path } from "./validatePath.ts";

/** Limits the work on a file that allows very many paths. A real file allows a few. */
const MAX_PATHS = 64;
const MAX_LENGTH = 20;

export interface FoundPaths {
	/** The paths that reach an anchor, shorter paths first. */
	readonly complete: readonly Path[];
	/** The longest path that reaches no anchor, with the reason why it ends; `null` if a path is complete. */
	readonly partial: { readonly path: Path; readonly code: "no-issuer" | "not-signed" } | null;
	/** True if a validator that tries one issuer only can take a path that fails. */
	readonly hasDeadEnd: boolean;
	/** True if the limits ended the search. */
	readonly isCut: boolean;
}

/** A certificate with what is compared often. */
interface Node {
	readonly certificate: DecodedCertificate;
	readonly isAnchor: boolean;
	readonly subject: string;
	readonly issuer: string;
}

/** A path under construction. `besideAnchor`: an anchor could follow instead of one of its certificates. */
interface Branch {
	readonly nodes: readonly [Node, ...Node[]];
	readonly besideAnchor: boolean;
}

/** Finds the paths from a client certificate to the anchors, by the issuers' names and signatures. */
export function buildPaths(
	client: DecodedCertificate,
	intermediates: readonly DecodedCertificate[],
	anchors: readonly DecodedCertificate[],
	isSigned: SignatureCheck,
): FoundPaths {
	const first = toNode(client, anchors.includes(client));
	const issuers = [...anchors.map((each) => toNode(each, true)), ...intermediates.map((each) => toNode(each, false))];
	const bySubject = Map.groupBy(issuers, ({ subject }) => subject);
	const branches: Branch[] = [{ nodes: [first], besideAnchor: false }];
	const complete: Path[] = [];
	let longest: readonly Node[] = [first];
	let hasDeadEnd = false;
	let isCut = false;
	// Breadth first: `branches` grows during the loop.
	for (const { nodes, besideAnchor } of branches) {
		const last = nodes.at(-1) ?? first;
		if (nodes.length > longest.length) longest = nodes;
		if (last.isAnchor) {
			complete.push(toPath(nodes, client));
			continue;
		}
		const named = bySubject.get(last.issuer) ?? [];
		// A path needs no name with the same key twice; without this rule CAs that sign each other have endless paths.
		const unused = named.filter(
			(issuer) => !nodes.some((node) => node.subject === issuer.subject && hasSameKey(node, issuer)),
		);
		const checked = unused.map((issuer) => ({ issuer, signed: isSigned(last.certificate, issuer.certificate) }));
		isCut ||= checked.some(({ signed }) => signed === "cut");
		const signers = checked.filter(({ signed }) => signed === true || signed === null).map(({ issuer }) => issuer);
		const hasAnchor = signers.some(({ isAnchor }) => isAnchor);
		// OpenSSL takes the first issuer whose name and key identifier fit, anchors first, before it verifies a signature.
		const canMislead = ({ issuer, signed }: (typeof checked)[number]) =>
			signed === false && (issuer.isAnchor || !hasAnchor) && isIdentifiedBy(last.certificate, issuer.certificate);
		if (!besideAnchor && (signers.length === 0 || checked.some(canMislead))) hasDeadEnd = true;
		for (const issuer of signers) {
			if (branches.length >= MAX_PATHS || nodes.length >= MAX_LENGTH) isCut = true;
			else branches.push({ nodes: [...nodes, issuer], besideAnchor: besideAnchor || (hasAnchor && !issuer.isAnchor) });
		}
	}
	const code = bySubject.has((longest.at(-1) ?? first).issuer) ? "not-signed" : "no-issuer";
	const partial = complete.length > 0 ? null : ({ path: toPath(longest, client), code } as const);
	return { complete, partial, hasDeadEnd, isCut };
}

function toNode(certificate: DecodedCertificate, isAnchor: boolean): Node {
	return {
		certificate,
		isAnchor,
		subject: canonicalName(certificate.subject),
		issuer: canonicalName(certificate.issuer),
	};
}

function hasSameKey(one: Node, other: Node): boolean {
	return Buffer.compare(one.certificate.raw.publicKey.encoded, other.certificate.raw.publicKey.encoded) === 0;
}

function toPath([, ...rest]: readonly Node[], client: DecodedCertificate): Path {
	return [client, ...rest.map(({ certificate }) => certificate)];
}
