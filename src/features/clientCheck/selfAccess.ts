import type { CertificateWithContent } from "../../common/messages/certificateMessages.ts";
import type { BaseUrl } from "../../domain/baseUrl.ts";
import type { ChainCheckResult } from "../../domain/clientCertificateCheck.ts";
import { lacksMtls } from "../../domain/openaiHosts.ts";
import type { SelfAccess } from "./clientCheckMessages.ts";

/**
 * Returns what the offline check of the own client certificate means for this extension's calls.
 * @param check The check against the readable anchors; `null` if one of them is malformed.
 * @param anchors The ids of all certificates that will be active.
 * @param readable Those whose contents could be read.
 */
export function selfAccessOf(
	check: ChainCheckResult | null,
	anchors: readonly string[],
	readable: readonly CertificateWithContent[],
	baseUrl: BaseUrl,
): SelfAccess {
	// An unread anchor can have the same subject and key as another one, and reject what the other one accepts.
	if (!check || readable.length < anchors.length) return { kind: "unknown" };
	const last = check.complete ? check.chain.at(-1)?.sha256 : undefined;
	const anchor = readable.find(({ content }) => content?.sha256 === last)?.certificate ?? null;
	return { kind: "checked", check, anchor, hostWithoutMtls: lacksMtls(baseUrl) ? baseUrl.host : null };
}
