import * as l10n from "@vscode/l10n";
import type { BaseUrlRule, ProxyIssue, ServerCertificateIssue, TlsKeyPairIssue } from "../../domain/problem.ts";

/** Describes a failed connection. @param proxy The proxy in use, or `null`. */
export function describeUnreachableServer(host: string, proxy: string | null): string {
	return proxy === null
		? l10n.t(
				"Could not reach {0}. Nothing was sent. Check the network. If it needs a proxy, set http.proxy; an automatic proxy script (PAC) cannot be used here: set the proxy's address.",
				host,
			)
		: l10n.t(
				"Could not reach {0} through the proxy {1}. Nothing was sent. Check the network, and whether that is the right proxy.",
				host,
				proxy,
			);
}

/** Describes why the proxy cannot be used. */
export function describeProxyIssue(why: ProxyIssue, proxy: string): string {
	switch (why) {
		case "not-a-url":
			return l10n.t("The proxy in {0} is not a URL. Nothing was sent. It should look like http://HOST:PORT.", proxy);
		case "unsupported":
			return l10n.t(
				"The proxy {0} is of a kind that cannot be used here. Nothing was sent. Set one in http.proxy that begins with http:// or https://.",
				proxy,
			);
		case "unreachable":
			return l10n.t(
				"Could not reach the proxy {0}. Nothing was sent. Check the network, and the setting http.proxy.",
				proxy,
			);
		case "untrusted":
			return l10n.t(
				"The certificate of the proxy {0} could not be verified. Nothing was sent. Install the CA certificate that issued it in the system.",
				proxy,
			);
		case "credentials":
			return l10n.t(
				"The proxy {0} demands a name and a password (407). Nothing was sent. Put both into its URL, in http.proxy or in the environment: http://NAME:PASSWORD@HOST:PORT.",
				proxy,
			);
		case "refused":
			return l10n.t(
				"The proxy {0} did not lead to the service. Nothing was sent. Ask whoever runs it, or set another one in http.proxy.",
				proxy,
			);
	}
}

/** Describes why the client certificate or key cannot be used. @param file A file's name, or a placeholder. */
export function describeTlsKeyPairIssue(why: TlsKeyPairIssue, file: string): string {
	switch (why) {
		case "not-set":
			return l10n.t("No client certificate is set. Name its file in the settings first.");
		case "missing":
			return l10n.t("The client certificate or key {0} is not there. Nothing was sent. Check its path.", file);
		case "not-a-file":
			return l10n.t("The client certificate or key {0} is not a regular file, so it was not read.", file);
		case "no-permission":
			return l10n.t("The client certificate or key {0} may not be read. Check its permissions.", file);
		case "no-answer":
			return l10n.t(
				"The client certificate or key {0} could not be read in time. Check its disk or network drive.",
				file,
			);
		case "too-large":
			return l10n.t("{0} is larger than 1 MiB, so it is no client certificate or key. Nothing was sent.", file);
		case "no-certificate":
			return l10n.t("There is no certificate in {0}. Nothing was sent. Choose the client certificate as PEM.", file);
		case "no-key":
			return l10n.t(
				"There is no private key in {0}. Nothing was sent. Choose the client certificate's key as PEM.",
				file,
			);
		case "passphrase-needed":
			return l10n.t("The client key {0} is encrypted. Nothing was sent. Set its passphrase.", file);
		case "passphrase-wrong":
			return l10n.t("The passphrase does not open the client key {0}. Nothing was sent. Set it anew.", file);
		case "not-a-pair":
			return l10n.t(
				"The private key {0} does not belong to the client certificate. Nothing was sent. Choose the one that does.",
				file,
			);
		case "unusable":
			return l10n.t(
				"The client certificate {0} is too weak for this computer's TLS. Nothing was sent. Choose one with a longer key.",
				file,
			);
	}
}

/** Describes that the server refused the handshake because of the client certificate. */
export function describeRefusedClientCertificate(host: string, presented: boolean): string {
	return presented
		? l10n.t(
				"{0} did not accept the client certificate. Choose one that an active trust anchor issued and that is not expired.",
				host,
			)
		: l10n.t("{0} demands a client certificate. Name one in the settings.", host);
}

/** Describes the rule that the base URL breaks. */
export function describeBaseUrlIssue(rule: BaseUrlRule): string {
	switch (rule) {
		case "not-a-url":
			return l10n.t("The base URL in the settings is not a URL. It should look like https://api.openai.com/v1.");
		case "https-or-loopback":
			return l10n.t(
				"The base URL in the settings must begin with https://; http:// is allowed to 127.0.0.1, [::1] and localhost only.",
			);
		case "mtls":
			return l10n.t(
				"The host for client certificates in the settings must begin with https:// and hold only scheme, host, port and path.",
			);
		case "no-extras":
			return l10n.t(
				"The base URL in the settings may hold only scheme, host, port and path: no user, query, fragment, backslash or blank.",
			);
	}
}

export function describeServerCertificateIssue(why: ServerCertificateIssue, host: string): string {
	switch (why) {
		case "expired":
			return l10n.t(
				"The server certificate of {0} is expired or not yet valid. Nothing was sent. Check this computer's clock.",
				host,
			);
		case "wrong-name":
			return l10n.t("The server certificate is not for {0}. Nothing was sent. Check the base URL.", host);
		case "self-signed":
		case "unknown-issuer":
			return l10n.t(
				"The server certificate of {0} was issued by an authority that this computer does not trust. Nothing was sent. Behind a proxy that inspects traffic, install its CA certificate in the system.",
				host,
			);
		case "other":
			return l10n.t("The server certificate of {0} could not be verified. Nothing was sent.", host);
	}
}
