import { isRecent } from "../../../common/freshness.ts";
import {
	type CertificateWithContent,
	describeDeletedMeanwhile,
	formatCertificates,
	loadingTitle,
} from "../../../common/messages/certificateMessages.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { ParsedCertificate } from "../../../domain/certificateFile.ts";
import type { Destination } from "../../../domain/connection.ts";
import { ProblemError, problemOf } from "../../../domain/problem.ts";
import type { Project } from "../../../domain/scope.ts";
import { type CertificateStore, tryGetContent } from "../certificateStore.ts";
import type { OrganizationContext } from "../organizationSession.ts";
import type { ProjectStore } from "../projectStore.ts";

/** The part of `ConnectionStore` that commands use. */
export interface DestinationProvider {
	/** Returns where requests go. @throws ProblemError */
	destination(): Promise<Destination>;
}

/** The part of the certificates view that commands use. */
export interface RowSelection {
	/** Selects a certificate's row. */
	reveal(certificate: Pick<Certificate, "id">): Promise<void>;
}

/** Dependencies of commands on certificates. */
export interface CommandContext extends NotificationDeps {
	readonly organization: OrganizationContext;
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly connections: DestinationProvider;
}

/** Returns where a command's calls go. @throws ProblemError, also if the list belongs to another organization */
export async function requireConnection({ connections, certificates }: CommandContext): Promise<Destination> {
	const destination = await connections.destination();
	if (destination.organizationRef !== certificates.organizationRef)
		throw new ProblemError({ reason: "connection-changed" });
	return destination;
}

/** Returns certificates with their contents; a content is `null` if unreadable. @throws CancelledError */
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

/** Reads projects and their certificates unless recent. Problems are in their state. @throws CancelledError */
export async function refreshProjects(
	{ projects }: Pick<CommandContext, "projects">,
	signal: AbortSignal,
): Promise<void> {
	const { loading, loadedAt, problem } = projects.state;
	if (loading || problem || !isRecent(loadedAt)) await projects.refresh(signal);
}

/** Returns a function that maps a project's id to its name, or to `null` if the project is unknown. */
export function projectNameById({ projects }: Pick<CommandContext, "projects">): (id: string) => string | null {
	let named: readonly Project[] | null = null;
	let names = new Map<string, string | null>();
	return (id) => {
		// Indexed again only after another read: a question can ask for thousands of names.
		const { projects: current } = projects.state;
		if (current !== named) names = new Map(current?.map((project) => [project.id, project.name]));
		named = current;
		return names.get(id) ?? null;
	};
}

/**
 * Runs `act` on certificates. If some of them turn out to be deleted, refreshes the list and says so.
 * @throws any other error of `act`
 */
export async function handleDeleted(
	{ certificates, documents }: Pick<CommandContext, "certificates" | "documents">,
	chosen: readonly Certificate[],
	act: () => Promise<void>,
): Promise<void> {
	const findDeleted = () => {
		const listed = certificates.state.listing?.certificates ?? [];
		return chosen.filter((each) => !listed.some(({ id }) => id === each.id));
	};
	try {
		await act();
	} catch (thrown) {
		if (problemOf(thrown)?.reason !== "not-found") throw thrown;
		if (findDeleted().length === 0) await certificates.refresh();
		if (findDeleted().length === 0) throw thrown;
		void showMessage({ documents }, "information", describeDeletedMeanwhile(formatCertificates(findDeleted())));
	}
}

/**
 * Returns a certificate's content, read with progress unless it is known.
 * @throws ProblemError `no-content` if the content is absent or unreadable, or the request's problem; CancelledError
 */
export async function fetchContent(
	context: Pick<CommandContext, "certificates">,
	certificate: Certificate,
): Promise<ParsedCertificate> {
	return withCancellableProgress(loadingTitle([certificate]), (signal) => requireContent(context, certificate, signal));
}

/** Like `fetchContent`, for several certificates at once. */
export async function fetchContents(
	context: Pick<CommandContext, "certificates">,
	chosen: readonly Certificate[],
): Promise<readonly ParsedCertificate[]> {
	return withCancellableProgress(loadingTitle(chosen), (signal) =>
		Promise.all(chosen.map((certificate) => requireContent(context, certificate, signal))),
	);
}

async function requireContent(
	{ certificates }: Pick<CommandContext, "certificates">,
	{ id, name }: Certificate,
	signal: AbortSignal,
): Promise<ParsedCertificate> {
	const content = await certificates.getContent(id, signal);
	if (!content) throw new ProblemError({ reason: "no-content", name: name ?? id });
	return content;
}
