import * as l10n from "@vscode/l10n";
import { type ActivationStatus, isActiveAnywhere } from "../../domain/activationStatus.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ContentState } from "../../domain/certificateContent.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatUnreadProjects } from "./activationStatusMessages.ts";
import { formatAbsoluteTime, formatUtcDay } from "./dates.ts";
import { labels } from "./labels.ts";
import { formatFingerprint, formatKeyDetails, formatShortFingerprint } from "./parsedCertificateMessages.ts";
import { describeProblem } from "./problems/problems.ts";
import { formatProjectName } from "./scopes.ts";

/** A fact about a certificate, shown in a row. */
export interface Fact {
	/** Unique among the certificate's facts. */
	readonly key: string;
	readonly label: string;
	readonly value: string;
	/** Text that the row has no room for. */
	readonly more?: string;
	/** `loading`: the value is being read. `trouble`: the value could not be read. */
	readonly mark?: "loading" | "trouble";
}

/** The state of reading the projects. */
export interface ProjectsProgress {
	readonly loading: boolean;
	/** Time of the last request, Unix milliseconds; `null` if there was none. */
	readonly askedAt: number | null;
}

/** Returns all facts about a certificate from the list, its content and its activation. */
export function certificateFacts(
	certificate: Certificate,
	content: ContentState | undefined,
	status: ActivationStatus,
	projects: ProjectsProgress,
): readonly Fact[] {
	const { id, createdAt } = certificate;
	return [
		{ key: "id", label: l10n.t("ID"), value: id },
		...expiryFacts(certificate, content),
		createdAt === null
			? { key: "created", label: l10n.t("Uploaded"), value: labels.unknown }
			: {
					key: "created",
					label: l10n.t("Uploaded"),
					value: formatUtcDay(createdAt),
					more: formatAbsoluteTime(createdAt),
				},
		...contentStateFacts(content),
		...activationFacts(status, projects),
	];
}

/** Returns the scopes in which a certificate is active, and the scopes that are not known. */
export function activationFacts(status: ActivationStatus, projects: ProjectsProgress): readonly Fact[] {
	return [...activeScopeFacts(status), ...unknownScopeFacts(status, projects)];
}

function expiryFacts({ validAt, expiresAt }: Certificate, content: ContentState | undefined): readonly Fact[] {
	const parsed = content?.state === "read" ? content.candidate : null;
	const fact = (key: string, label: string, at: number | null): Fact =>
		at === null
			? { key, label, value: labels.unknown }
			: { key, label, value: l10n.t("{0} (UTC)", formatUtcDay(at)), more: formatAbsoluteTime(at) };
	return [
		fact("expires", l10n.t("Expires"), expiresAt ?? parsed?.notAfter ?? null),
		fact("valid", l10n.t("Valid from"), validAt ?? parsed?.notBefore ?? null),
	];
}

function contentStateFacts(content: ContentState | undefined): readonly Fact[] {
	const label = l10n.t("Content");
	switch (content?.state) {
		case undefined:
		case "loading":
			return [{ key: "content", label, value: l10n.t("loading…"), mark: "loading" }];
		case "failed":
			return [{ key: "content", label, value: describeProblem(content.problem), mark: "trouble" }];
		case "unreadable":
			return [{ key: "content", label, value: l10n.t("OpenAI's copy isn't a readable certificate"), mark: "trouble" }];
		case "read":
			return parsedFacts(content.candidate);
	}
}

function parsedFacts(parsed: ParsedCertificate): readonly Fact[] {
	const { subject, issuer, sha256 } = parsed;
	return [
		{
			key: "sha256",
			label: l10n.t("SHA-256 fingerprint"),
			value: formatShortFingerprint(sha256),
			more: formatFingerprint(sha256),
		},
		{ key: "subject", label: l10n.t("Subject"), value: sanitize(subject) || l10n.t("(empty)") },
		{ key: "issuer", label: l10n.t("Issuer"), value: sanitize(issuer) || l10n.t("(empty)") },
		{ key: "key", label: l10n.t("Key"), value: formatKeyDetails(parsed) },
	];
}

/** Returns a row for each active scope. One row covers all projects that inherit the activation. */
function activeScopeFacts(status: ActivationStatus): readonly Fact[] {
	const label = l10n.t("Active in");
	const { organization, projects } = status;
	if (isActiveAnywhere(status) === false) return [{ key: "active", label, value: l10n.t("nowhere") }];
	return [
		...(organization
			? [
					{ key: "active/organization", label, value: l10n.t("the organization") },
					{ key: "active/inherited", label, value: l10n.t("all projects (inherited from the organization)") },
				]
			: []),
		...projects.map((project) => ({
			key: `active/project/${project.id}`,
			label,
			value: l10n.t("project “{0}”", formatProjectName(project)),
			more: project.id,
		})),
	];
}

/** Returns rows for the scopes whose activation is not known, with the reason. */
function unknownScopeFacts(status: ActivationStatus, { loading, askedAt }: ProjectsProgress): readonly Fact[] {
	const { organization, unread, allProjects, problem } = status;
	const label = l10n.t("Unknown");
	const facts: Fact[] = [];
	if (organization === undefined)
		facts.push({ key: "unknown/organization", label, value: l10n.t("whether it's active in the organization") });
	if (loading && (unread > 0 || !allProjects))
		return [...facts, { key: "unknown/projects", label, value: l10n.t("checking projects…"), mark: "loading" }];
	if (askedAt === null) {
		const more = l10n.t("Refresh to check them.");
		return [...facts, { key: "unknown/projects", label: l10n.t("Projects"), value: l10n.t("not checked yet"), more }];
	}
	const retry = l10n.t("Refresh to try again.");
	const more = problem ? `${describeProblem(problem)} ${retry}` : retry;
	if (unread > 0)
		facts.push({ key: "unknown/projects", label, value: formatUnreadProjects(unread), more, mark: "trouble" });
	if (!allProjects)
		facts.push({
			key: "unknown/all",
			label,
			value: problem ? describeProblem(problem) : l10n.t("whether there are more projects"),
			more,
			mark: "trouble",
		});
	return facts;
}
