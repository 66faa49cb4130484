import * as l10n from "@vscode/l10n";
import { type ActivationStatus, isActiveAnywhere } from "../../domain/activationStatus.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ContentState } from "../../domain/certificateContent.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { unreadProjectsWords } from "./activationStatusMessages.ts";
import { absoluteTime, dayWords } from "./dates.ts";
import { fingerprintStart, fingerprintWords, keyWords } from "./parsedCertificateMessages.ts";
import { describeProblem } from "./problems.ts";
import { sanitize } from "./sanitize.ts";
import { projectName } from "./scopes.ts";

/** One thing about a certificate, in a row of its own. */
export interface Fact {
	/** Tells it from the certificate's other facts. */
	readonly key: string;
	readonly label: string;
	readonly value: string;
	/** What the row has no room for. */
	readonly more?: string;
	/** `loading`: it is not there yet. `trouble`: it could not be read. */
	readonly mark?: "loading" | "trouble";
}

/** How far reading the projects is. */
export interface ProjectsProgress {
	readonly loading: boolean;
	/** When they were asked for last, Unix milliseconds; `null` where nobody has. */
	readonly askedAt: number | null;
}

/** Everything about a certificate: what the list says, what its content says, and where it is active. */
export function factsOf(
	certificate: Certificate,
	content: ContentState | undefined,
	activity: ActivationStatus,
	projects: ProjectsProgress,
): readonly Fact[] {
	const { id, createdAt } = certificate;
	return [
		{ key: "id", label: l10n.t("ID"), value: id },
		...expiryFacts(certificate, content),
		createdAt === null
			? { key: "created", label: l10n.t("Uploaded"), value: l10n.t("unknown") }
			: { key: "created", label: l10n.t("Uploaded"), value: dayWords(createdAt), more: absoluteTime(createdAt) },
		...contentFacts(content),
		...activityFacts(activity, projects),
	];
}

/** Where a certificate is active, and what is not known of that. */
export function activityFacts(activity: ActivationStatus, projects: ProjectsProgress): readonly Fact[] {
	return [...places(activity), ...unknownPlaces(activity, projects)];
}

function expiryFacts({ validAt, expiresAt }: Certificate, content: ContentState | undefined): readonly Fact[] {
	const candidate = content?.state === "read" ? content.candidate : null;
	const fact = (key: string, label: string, at: number | null): Fact =>
		at === null
			? { key, label, value: l10n.t("unknown") }
			: { key, label, value: l10n.t("{0} (UTC)", dayWords(at)), more: absoluteTime(at) };
	return [
		fact("expires", l10n.t("Expires"), expiresAt ?? candidate?.notAfter ?? null),
		fact("valid", l10n.t("Valid from"), validAt ?? candidate?.notBefore ?? null),
	];
}

function contentFacts(content: ContentState | undefined): readonly Fact[] {
	const label = l10n.t("Content");
	switch (content?.state) {
		case undefined:
		case "loading":
			return [{ key: "content", label, value: l10n.t("loading…"), mark: "loading" }];
		case "failed":
			return [{ key: "content", label, value: describeProblem(content.problem), mark: "trouble" }];
		case "unreadable":
			return [
				{ key: "content", label, value: l10n.t("OpenAI sent no certificate that can be read."), mark: "trouble" },
			];
		case "read":
			return candidateFacts(content.candidate);
	}
}

function candidateFacts(candidate: ParsedCertificate): readonly Fact[] {
	const { subject, issuer, sha256 } = candidate;
	return [
		{
			key: "sha256",
			label: l10n.t("SHA-256"),
			value: fingerprintStart(sha256),
			more: fingerprintWords(sha256),
		},
		{ key: "subject", label: l10n.t("Subject"), value: sanitize(subject) || l10n.t("(empty)") },
		{ key: "issuer", label: l10n.t("Issuer"), value: sanitize(issuer) || l10n.t("(empty)") },
		{ key: "key", label: l10n.t("Key"), value: keyWords(candidate) },
	];
}

/** A row for each scope where it is active. What projects inherit is not told one by one. */
function places(activity: ActivationStatus): readonly Fact[] {
	const label = l10n.t("Active in");
	const { organization, projects } = activity;
	if (isActiveAnywhere(activity) === false) return [{ key: "active", label, value: l10n.t("nowhere") }];
	return [
		...(organization
			? [
					{ key: "active/organization", label, value: l10n.t("the organization") },
					{ key: "active/inherited", label, value: l10n.t("all projects, through the organization") },
				]
			: []),
		...projects.map((project) => ({
			key: `active/project/${project.id}`,
			label,
			value: l10n.t("project “{0}”", projectName(project)),
			more: project.id,
		})),
	];
}

/** What is not known of where it is active, and why. */
function unknownPlaces(activity: ActivationStatus, { loading, askedAt }: ProjectsProgress): readonly Fact[] {
	const { organization, unread, allProjects, problem } = activity;
	const label = l10n.t("Not known");
	const unknown: Fact[] = [];
	if (organization === undefined)
		unknown.push({ key: "unknown/organization", label, value: l10n.t("whether it is active in the organization") });
	if (loading && (unread > 0 || !allProjects))
		return [...unknown, { key: "unknown/projects", label, value: l10n.t("reading the projects…"), mark: "loading" }];
	if (askedAt === null) {
		const more = l10n.t("Refresh to check them.");
		return [...unknown, { key: "unknown/projects", label: l10n.t("Projects"), value: l10n.t("not checked yet"), more }];
	}
	const why = l10n.t("Refresh to read them again.");
	const more = problem ? `${describeProblem(problem)} ${why}` : why;
	if (unread > 0)
		unknown.push({ key: "unknown/projects", label, value: unreadProjectsWords(unread), more, mark: "trouble" });
	if (!allProjects)
		unknown.push({
			key: "unknown/all",
			label,
			value: problem ? describeProblem(problem) : l10n.t("which projects there are"),
			more,
			mark: "trouble",
		});
	return unknown;
}
