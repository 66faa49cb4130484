import * as l10n from "@vscode/l10n";
import { isRecent } from "../../../common/freshness.ts";
import {
	type CertificateWithContent,
	goneWords,
	nameWords,
	subjectsWords,
} from "../../../common/messages/certificateMessages.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { ParsedCertificate } from "../../../domain/certificateFile.ts";
import type { Destination } from "../../../domain/connection.ts";
import { ProblemError, problemOf } from "../../../domain/problem.ts";
import { type CertificateStore, tryGetContent } from "../certificateStore.ts";
import type { OrganizationContext } from "../organizationSession.ts";
import type { ProjectStore } from "../projectStore.ts";

/** The part of the connections that commands use. */
export interface DestinationProvider {
	/** Returns where requests go. @throws Failure */
	destination(): Promise<Destination>;
}

/** The part of the certificates view that commands use. */
export interface RowReveal {
	/** Selects a certificate's row. */
	reveal(certificate: Pick<Certificate, "id">): Promise<void>;
}

/** What commands on certificates act on. */
export interface CommandContext extends NotificationDeps {
	readonly organization: OrganizationContext;
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly connections: DestinationProvider;
}

/** Where a command's calls go. @throws Failure, also where the certificates in the view are another connection's. */
export async function requireConnection({ connections, certificates }: CommandContext): Promise<Destination> {
	const destination = await connections.destination();
	if (destination.organizationRef !== certificates.organizationRef)
		throw new ProblemError({ reason: "connection-changed" });
	return destination;
}

/** Certificates with what they hold, as far as it can be read. @throws Cancelled */
export async function loadContents(
	{ certificates }: Pick<CommandContext, "certificates">,
	chosen: readonly Certificate[],
	signal: AbortSignal,
): Promise<readonly CertificateWithContent[]> {
	return Promise.all(
		chosen.map(async (certificate) => ({
			certificate,
			content: await tryGetContent(certificate.id, certificates, signal),
		})),
	);
}

/** Reads the projects and what is active in each, unless that was just done. What fails is in their state. @throws Cancelled */
export async function refreshProjects(
	{ projects }: Pick<CommandContext, "projects">,
	signal: AbortSignal,
): Promise<void> {
	const { loading, loadedAt, problem } = projects.state;
	if (loading || problem || !isRecent(loadedAt)) await projects.refresh(signal);
}

/** The name of a project by its id, as far as the projects are known. */
export function projectNamed({ projects }: Pick<CommandContext, "projects">): (id: string) => string | null {
	return (id) => projects.state.projects?.find((project) => project.id === id)?.name ?? null;
}

/**
 * Does something to certificates; where one of them turns out to be gone, it says so and shows the list as it is now.
 * @throws whatever else `act` throws.
 */
export async function handleDeleted(
	{ certificates, documents }: Pick<CommandContext, "certificates" | "documents">,
	chosen: readonly Certificate[],
	act: () => Promise<void>,
): Promise<void> {
	const gone = () => {
		const listed = certificates.state.listing?.certificates ?? [];
		return chosen.filter((each) => !listed.some(({ id }) => id === each.id));
	};
	try {
		await act();
	} catch (thrown) {
		if (problemOf(thrown)?.reason !== "not-found") throw thrown;
		if (gone().length === 0) await certificates.refresh();
		if (gone().length === 0) throw thrown;
		void showMessage({ documents }, "information", goneWords(subjectsWords(gone())));
	}
}

/**
 * What a certificate holds, read as it is needed.
 * @throws Failure `no-content` where it cannot be read, or whatever kept it from being fetched; Cancelled
 */
export async function fetchContent(
	commands: Pick<CommandContext, "certificates">,
	certificate: Certificate,
): Promise<ParsedCertificate> {
	const title = l10n.t("Reading “{0}”…", nameWords(certificate));
	return withCancellableProgress(title, (signal) => read(commands, certificate, signal));
}

/** As `contentFor`, of several at once. */
export async function fetchContents(
	commands: Pick<CommandContext, "certificates">,
	chosen: readonly Certificate[],
): Promise<readonly ParsedCertificate[]> {
	return withCancellableProgress(l10n.t("Reading {0}…", subjectsWords(chosen)), (signal) =>
		Promise.all(chosen.map((certificate) => read(commands, certificate, signal))),
	);
}

async function read(
	{ certificates }: Pick<CommandContext, "certificates">,
	{ id, name }: Certificate,
	signal: AbortSignal,
): Promise<ParsedCertificate> {
	const content = await certificates.contentOf(id, signal);
	if (!content) throw new ProblemError({ reason: "no-content", name: name ?? id });
	return content;
}
