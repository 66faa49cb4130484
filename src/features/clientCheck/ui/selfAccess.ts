import { readBaseUrl } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import type { ChainCheckResult } from "../../../domain/clientCertificateCheck.ts";
import { problemOf } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "../../connections/ui/clientCertificateSettings.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { loadContents } from "../../organization/ui/commandContext.ts";
import type { SelfAccess } from "../clientCheckMessages.ts";
import { selfAccessOf } from "../selfAccess.ts";

export interface SelfAccessDeps {
	readonly certificates: CertificateStore;
	readonly clientCertificates: Pick<ClientCertificateSettings, "filesFor">;
	/**
	 * Checks offline whether OpenAI would accept the client certificate in these files.
	 * @param anchors DER of the trust anchors, at least one.
	 * @returns `null` if an anchor cannot be read.
	 * @throws ProblemError `client-certificate` if the client certificate cannot be presented.
	 */
	readonly traceClientCertificate: (
		files: ClientCertificateFiles,
		anchors: readonly Uint8Array[],
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
	const baseUrl = readBaseUrl();
	const files = await clientCertificates.filesFor(baseUrl.origin);
	const { listing, problem } = certificates.state;
	const listed = listing?.certificates ?? [];
	if (!files) return { kind: "none", answered: problem === null && listed.some(({ active }) => active) };
	const enforced = listed.filter(({ id }) => anchors.includes(id));
	const anchorsWithContent = await loadContents({ certificates }, enforced, signal);
	const readable = anchorsWithContent.filter(({ content }) => content !== null);
	if (readable.length === 0) return { kind: "unknown" };
	try {
		const check = await traceClientCertificate(
			files,
			readable.flatMap(({ content }) => content?.der ?? []),
		);
		return selfAccessOf(check, anchors, readable, baseUrl);
	} catch (thrown) {
		const unusable = problemOf(thrown);
		if (!unusable) throw thrown;
		return { kind: "unusable", problem: unusable };
	}
}
