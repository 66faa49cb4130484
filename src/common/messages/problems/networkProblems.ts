import * as l10n from "@vscode/l10n";
import { isMtlsHost } from "../../../domain/openaiHosts.ts";
import type { BaseUrlRule, ProxyIssue, ServerCertificateIssue, TlsKeyPairIssue } from "../../../domain/problem.ts";
import { type ProblemText, problemTextLabels } from "./problemText.ts";

/** Describes a failed connection. @param proxy The proxy in use, or `null`. */
export function unreachableServerText(host: string, proxy: string | null): ProblemText {
	const effect = problemTextLabels.nothingSent;
	return proxy === null
		? {
				fact: l10n.t("Can't reach {0}.", host),
				effect,
				action: l10n.t(
					"Check your network. If you're behind a proxy, set http.proxy; proxy auto-config (PAC) scripts aren't supported.",
				),
			}
		: {
				fact: l10n.t("Can't reach {0} through the proxy {1}.", host, proxy),
				effect,
				action: l10n.t("Check your network and the proxy address."),
			};
}

/** Describes why the proxy cannot be used. */
export function proxyIssueText(why: ProxyIssue, proxy: string): ProblemText {
	const effect = problemTextLabels.nothingSent;
	switch (why) {
		case "not-a-url":
			return {
				fact: l10n.t("The proxy in {0} isn't a valid URL.", proxy),
				effect,
				action: l10n.t("Use the form http://HOST:PORT."),
			};
		case "unsupported":
			return {
				fact: l10n.t("The proxy {0} isn't supported.", proxy),
				effect,
				action: l10n.t("Set http.proxy to a URL that starts with http:// or https://."),
			};
		case "unreachable":
			return {
				fact: l10n.t("Can't reach the proxy {0}.", proxy),
				effect,
				action: l10n.t("Check your network and the proxy address."),
			};
		case "untrusted":
			return {
				fact: l10n.t("Couldn't verify the certificate of the proxy {0}.", proxy),
				effect,
				action: l10n.t("On this computer, install the CA certificate that it chains to."),
			};
		case "credentials":
			return {
				fact: l10n.t("The proxy {0} requires a user name and password (407).", proxy),
				effect,
				action: l10n.t("Add them to its URL: http://NAME:PASSWORD@HOST:PORT."),
			};
		case "refused":
			return {
				fact: l10n.t("The proxy {0} didn't connect to OpenAI.", proxy),
				effect,
				action: l10n.t("Ask its administrator, or set another proxy in http.proxy."),
			};
	}
}

/** Describes why the client certificate or key cannot be used. @param file A file's name, or a placeholder. */
export function tlsKeyPairIssueText(why: TlsKeyPairIssue, file: string): ProblemText {
	const effect = problemTextLabels.nothingSent;
	switch (why) {
		case "not-set":
			return { fact: l10n.t("No client certificate is set."), action: l10n.t("Set its path in Settings first.") };
		case "missing":
			return {
				fact: l10n.t("Can't find the client certificate or key {0}.", file),
				effect,
				action: l10n.t("Check its path."),
			};
		case "not-a-file":
			return {
				fact: l10n.t("The client certificate or key {0} isn't a regular file, so it wasn't read.", file),
				action: l10n.t("Check its path."),
			};
		case "no-permission":
			return {
				fact: l10n.t("Can't read the client certificate or key {0}.", file),
				effect,
				action: l10n.t("Check its permissions."),
			};
		case "no-answer":
			return {
				fact: l10n.t("Couldn't read the client certificate or key {0} in time.", file),
				effect,
				action: l10n.t("Check its disk or network drive."),
			};
		case "too-large":
			return {
				fact: l10n.t("{0} is larger than 1 MiB, so it can't be a client certificate or key.", file),
				effect,
			};
		case "no-certificate":
			return {
				fact: l10n.t("{0} contains no PEM certificate.", file),
				effect,
				action: l10n.t("Choose the client certificate as PEM."),
			};
		case "no-key":
			return {
				fact: l10n.t("{0} contains no readable PEM private key.", file),
				effect,
				action: l10n.t("Choose the client certificate's key as PEM."),
			};
		case "slow-key":
			return {
				fact: l10n.t(
					"Unlocking the client key {0} would take too long: its encryption requires too many iterations.",
					file,
				),
				effect,
				action: l10n.t("Convert the key with openssl pkcs8 -topk8."),
			};
		case "passphrase-needed":
			return {
				fact: l10n.t("The client key {0} is encrypted.", file),
				effect,
				action: l10n.t("Set its passphrase."),
			};
		case "passphrase-wrong":
			return {
				fact: l10n.t("The passphrase doesn't unlock the client key {0}.", file),
				effect,
				action: l10n.t("Enter it again."),
			};
		case "not-a-pair":
			return {
				fact: l10n.t("The private key {0} doesn't match the client certificate.", file),
				effect,
				action: l10n.t("Choose the matching key."),
			};
		case "unusable":
			return {
				fact: l10n.t("VS Code's TLS library can't use the client certificate {0}. It might be too weak.", file),
				effect,
				action: l10n.t("Use one with a stronger key or signature."),
			};
	}
}

/**
 * Describes that the server ended the handshake because of the client certificate. Without one, a mere handshake failure
 * counts too, which doesn't prove that the server requires one.
 */
export function rejectedClientCertificateText(host: string, presented: boolean): ProblemText {
	return presented
		? {
				fact: l10n.t("{0} rejected the client certificate.", host),
				action: l10n.t("Use one that chains to an active trust anchor and hasn't expired."),
			}
		: {
				fact: l10n.t("{0} might require a client certificate.", host),
				action: l10n.t("Set one in Settings."),
			};
}

/** Describes the rule that the base URL breaks. */
export function baseUrlIssueText(rule: BaseUrlRule): ProblemText {
	switch (rule) {
		case "not-a-url":
			return {
				fact: l10n.t("The base URL isn't a valid URL."),
				action: l10n.t("Use the form https://api.openai.com/v1."),
			};
		case "https-or-loopback":
			return {
				fact: l10n.t(
					"The base URL must start with https://; http:// is allowed only for 127.0.0.1, [::1], and localhost.",
				),
			};
		case "mtls":
			return {
				fact: l10n.t("The mTLS URL must start with https:// and can contain only a scheme, host, port, and path."),
			};
		case "no-extras":
			return {
				fact: l10n.t(
					"The base URL can contain only a scheme, host, port, and path: no user name, query, fragment, backslash, or space.",
				),
			};
	}
}

/** Describes that the mTLS host is unknown: no setting names it. @param host The base URL's host. */
export function unknownMtlsHostText(host: string): ProblemText {
	return {
		fact: l10n.t("No mTLS host is known for {0}, to which the base URL points.", host),
		action: l10n.t("Set the mTLS URL in Settings."),
	};
}

/** Describes why the server's certificate is not trusted. */
export function serverCertificateIssueText(why: ServerCertificateIssue, host: string): ProblemText {
	const effect = problemTextLabels.nothingSent;
	switch (why) {
		case "expired":
			return {
				fact: l10n.t("The server certificate of {0} has expired or isn't valid yet.", host),
				effect,
				action: l10n.t("Check this computer's clock."),
			};
		case "wrong-name":
			return {
				fact: l10n.t("The server certificate isn't for {0}.", host),
				effect,
				action: l10n.t("Check the URL in Settings."),
			};
		case "self-signed":
		case "unknown-issuer":
			return {
				fact: l10n.t("This computer doesn't trust the server certificate of {0}.", host),
				effect,
				action: isMtlsHost(host)
					? l10n.t("If a proxy inspects TLS, exempt this host; proxies can't forward client certificates.")
					: l10n.t("Behind a TLS-inspecting proxy, install the proxy's CA certificate on this computer."),
			};
		case "other":
			return { fact: l10n.t("Couldn't verify the server certificate of {0}.", host), effect };
	}
}
