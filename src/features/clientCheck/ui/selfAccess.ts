import { baseUrl } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import type { ChainCheckResult } from "../../../domain/clientCertificateCheck.ts";
import { problemOf } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "../../connections/ui/clientCertificateSettings.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { loadContents } from "../../organization/ui/commandContext.ts";
import type { SelfAccess } from "../clientCheckMessages.ts";

/** The hosts beside which there is one for client certificates (API guide, "Mutual TLS"). */
const ASKS_FOR_NONE = /^(?:(?!mtls\.)[a-z]+\.)?api\.openai\.com$/;

/** What it takes to tell what will become of this extension's own calls. */
export interface SelfAccessDeps {
	readonly certificates: CertificateStore;
	readonly clientCertificates: Pick<ClientCertificateSettings, "filesFor">;
	/**
	 * Checks offline whether the client certificate in these files would be accepted by a trust anchor.
	 * @param anchor DER.
	 * @returns `null` where the anchor cannot be read.
	 * @throws Failure `client-certificate` where it cannot be presented.
	 */
	readonly traceClientCertificate: (
		files: ClientCertificateFiles,
		anchor: Uint8Array,
	) => Promise<ChainCheckResult | null>;
}

/**
 * Compares the client certificate that the settings name with the anchors that are to be enforced, offline. Without one, the
 * newest answer of the Admin API tells whether it demands one; so read the organization's list first.
 * @param anchors The ids of all that will be active in the organization.
 * @throws Cancelled
 */
export async function checkSelfAccess(
	{ certificates, clientCertificates, traceClientCertificate }: SelfAccessDeps,
	anchors: readonly string[],
	signal: AbortSignal,
): Promise<SelfAccess> {
	const { origin, host } = baseUrl();
	const files = await clientCertificates.filesFor(origin);
	const { listing, problem } = certificates.state;
	const listed = listing?.certificates ?? [];
	if (!files) return { kind: "none", answered: problem === null && listed.some(({ active }) => active) };
	const enforced = listed.filter(({ id }) => anchors.includes(id));
	const subjects = await loadContents({ certificates }, enforced, signal);
	let closest: (SelfAccess & { kind: "checked" }) | undefined;
	const unasked = ASKS_FOR_NONE.test(host) ? host : null;
	let unread = enforced.length < anchors.length;
	try {
		for (const { certificate, content } of subjects) {
			const check = content && (await traceClientCertificate(files, content.der));
			if (!check) unread = true;
			else if (check.accepted) return { kind: "checked", check, anchor: certificate, unasked };
			else if (check.chain.length > (closest?.check.chain.length ?? 0))
				closest = { kind: "checked", check, anchor: certificate, unasked };
		}
	} catch (thrown) {
		const unusable = problemOf(thrown);
		if (!unusable) throw thrown;
		return { kind: "unusable", problem: unusable };
	}
	return unread || !closest ? { kind: "unknown" } : closest;
}
