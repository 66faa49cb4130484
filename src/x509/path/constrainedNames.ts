import type { DecodedCertificate } from "../certificate.ts";
import { COMMON_NAME, EMAIL_ADDRESS, SUBJECT_ALTERNATIVE_NAME } from "../objectIds.ts";
import { directoryName, type GeneralName, readAlternativeNames, textName } from "./generalNames.ts";
import { isHostName } from "./nameMatching.ts";

/** A name of a certificate that name constraints may apply to. */
export interface ConstrainedName {
	readonly name: GeneralName;
	/**
	 * `alternative`: all validators compare it. `subject`: RFC 5280 4.2.1.10 requires it, but not all validators do it.
	 * `additional`: RFC 5280 does not require it, but OpenSSL compares it.
	 */
	readonly origin: "alternative" | "subject" | "additional";
}

/**
 * Returns the alternative names, the subject, its e-mail addresses and its common names that look like a host.
 * @param isClient True for the client certificate: OpenSSL compares its common name if no alternative name is a DNS name.
 */
export function namesOf({ raw, subject }: DecodedCertificate, isClient: boolean): readonly ConstrainedName[] {
	const extension = raw.extensions.find(({ oid }) => oid === SUBJECT_ALTERNATIVE_NAME);
	const alternatives = (extension && readAlternativeNames(extension.value)) ?? [];
	const has = (kind: GeneralName["kind"]) => alternatives.some((name) => name.kind === kind);
	const names: ConstrainedName[] = alternatives.map((name) => ({ name, origin: "alternative" }));
	if (subject.length > 0) names.push({ name: directoryName(subject), origin: "subject" });
	for (const { oid, text } of subject.flat()) {
		if (text === null) continue;
		if (oid === EMAIL_ADDRESS)
			names.push({ name: textName("email", text), origin: has("email") ? "additional" : "subject" });
		if (oid === COMMON_NAME && isClient && !has("dns") && text.includes(".") && isHostName(text))
			names.push({ name: textName("dns", text), origin: "additional" });
	}
	return names;
}
