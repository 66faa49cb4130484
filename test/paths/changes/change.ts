import type * as der from "../../unit/x509/der.ts";
import type { Plan, Planned } from "../plan.ts";

/** One way in which a chain differs from a usual one. */
export interface Change {
	/** Unique; rules about differences name it. */
	readonly name: string;
	/** Which certificate changes: any, the client's, an authority's, or one below the trust anchor. Default: any. */
	readonly target?: "client" | "authority" | "issued";
	/** Changes the plan. Does nothing where the chain has no place for it. */
	readonly apply: (context: ChangeContext) => void;
}

export interface ChangeContext {
	readonly plan: Plan;
	/** The certificate to change, and its position from the trust anchor. */
	readonly certificate: Planned;
	readonly index: number;
	/** Chooses one of the values at random. */
	readonly pick: <T>(...values: readonly T[]) => T;
}

/** Replaces the extension of the same kind, or adds it. */
export function setExtension(certificate: Planned, extension: der.ExtensionParts): void {
	removeExtension(certificate, extension.oid);
	certificate.extensions.push(extension);
}

export function removeExtension(certificate: Planned, oid: string): void {
	certificate.extensions = certificate.extensions.filter((each) => each.oid !== oid);
}

/** Changes the parts of an extension that is there. */
export function changeExtension(certificate: Planned, oid: string, parts: Partial<der.ExtensionParts>): void {
	certificate.extensions = certificate.extensions.map((each) => (each.oid === oid ? { ...each, ...parts } : each));
}

/** Gives a certificate another subject; those that name it as issuer follow. */
export function rename({ path }: Plan, certificate: Planned, subject: Buffer): void {
	if (certificate.signer === certificate.key && certificate.issuer.equals(certificate.subject))
		certificate.issuer = subject;
	certificate.subject = subject;
	const issued = path[path.indexOf(certificate) + 1];
	if (issued) issued.issuer = subject;
}
