import { readBaseUrl } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { ChainCheckResult } from "../../../domain/clientCertificateCheck.ts";
import { problemOf } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "../../connections/ui/clientCertificateSettings.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { loadContents } from "../../organization/ui/commandContext.ts";
import type { SelfAccess } from "../clientCheckMessages.ts";

/** Hosts that have a separate host for client certificates (API guide, "Mutual TLS"). */
const HOST_WITHOUT_MTLS = /^(?:(?!mtls\.)[a-z]+\.)?api\.openai\.com$/;

export interface SelfAccessDeps {
	readonly certificates: CertificateStore;
	readonly clientCertificates: Pick<ClientCertificateSettings, "filesFor">;
	/**
	 * Checks offline whether a trust anchor would accept the client certificate in these files.
	 * @param anchor DER.
	 * @returns `null` if the anchor cannot be read.
	 * @throws ProblemError `client-certificate` if the client certificate cannot be presented.
	 */
	readonly traceClientCertificate: (
		files: ClientCertificateFiles,
		anchor: Uint8Array,
	) => Promise<ChainCheckResult | null>;
}

/**
 * Compares the configured client certificate with the anchors to be enforced, offline. If none is configured, the
 * newest answer of the Admin API shows whether it requires one, so the organization's list must be read first.
 * @param anchors The ids of all certificates that will be active in the organization.
 * @throws CancelledError
 */
export async function checkSelfAccess(
	{ certificates, clientCertificates, traceClientCertificate }: SelfAccessDeps,
	anchors: readonly string[],
	signal: AbortSignal,
): Promise<SelfAccess> {
	const { origin, host } = readBaseUrl();
	const files = await clientCertificates.filesFor(origin);
	const { listing, problem } = certificates.state;
	const listed = listing?.certificates ?? [];
	if (!files) return { kind: "none", answered: problem === null && listed.some(({ active }) => active) };
	const enforced = listed.filter(({ id }) => anchors.includes(id));
	const anchorsWithContent = await loadContents({ certificates }, enforced, signal);
	const toChecked = (check: ChainCheckResult, anchor: Certificate) =>
		({
			kind: "checked",
			check,
			anchor,
			hostWithoutMtls: HOST_WITHOUT_MTLS.test(host) ? host : null,
		}) satisfies SelfAccess;
	let closest: ReturnType<typeof toChecked> | undefined;
	let hasUnread = enforced.length < anchors.length;
	try {
		for (const { certificate, content } of anchorsWithContent) {
			const check = content && (await traceClientCertificate(files, content.der));
			if (!check) hasUnread = true;
			else if (check.accepted) return toChecked(check, certificate);
			else if (check.chain.length > (closest?.check.chain.length ?? 0)) closest = toChecked(check, certificate);
		}
	} catch (thrown) {
		const unusable = problemOf(thrown);
		if (!unusable) throw thrown;
		return { kind: "unusable", problem: unusable };
	}
	return hasUnread || !closest ? { kind: "unknown" } : closest;
}
