import { STALE_MS } from "../../../common/freshness.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../common/messages/dates.ts";
import { labels } from "../../../common/messages/labels.ts";
import {
	formatCertificateChoice,
	formatParsedCertificateName,
} from "../../../common/messages/parsedCertificateMessages.ts";
import { formatScopes } from "../../../common/messages/scopes.ts";
import { promptForFile } from "../../../common/ui/certificateFilePicker.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { CertificateReader, ParsedCertificate } from "../../../domain/certificateFile.ts";
import { problemOf } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { fetchContent, fetchContents } from "../../organization/ui/commandContext.ts";
import type { CheckedAgainst } from "../chainCheckMessages.ts";
import { clientCheckPromptLabels, formatActiveCount } from "../clientCheckPromptMessages.ts";
import { fileRefused } from "./fileRefused.ts";

export interface AnchorPickerDeps {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	readonly reader: CertificateReader;
}

/** The trust anchors of a check, at least one. */
export interface ChosenAnchors {
	readonly against: CheckedAgainst;
	/** DER of each. */
	readonly anchors: readonly Uint8Array[];
}

/** Returns one of the organization's certificates as the anchor. @throws ProblemError, CancelledError */
export async function readAnchor(deps: AnchorPickerDeps, certificate: Certificate): Promise<ChosenAnchors> {
	const { der } = await fetchContent(deps, certificate);
	return { against: { kind: "anchor", name: formatCertificateName(certificate) }, anchors: [der] };
}

/** Prompts for all active certificates, for one of the organization's certificates, or for a file. */
export async function promptForAnchors(deps: AnchorPickerDeps): Promise<ChosenAnchors> {
	const { title, selectAnchor: placeholder } = clientCheckPromptLabels;
	const now = Date.now() / 1000;
	const listed = await listCertificates(deps);
	const choices = listed.map((value) => ({
		label: formatCertificateName(value),
		description: `${value.id} · ${formatExpiry(value.expiresAt, now)}`,
		value: () => readAnchor(deps, value),
	}));
	const active = { label: clientCheckPromptLabels.chooseScope, value: () => promptForScope(deps) };
	const file = { label: clientCheckPromptLabels.chooseAnchorFile, value: () => promptForAnchorFile(deps) };
	if (listed.length === 0) return promptForAnchorFile(deps);
	return (await pickOne({ title, placeholder }, [active, ...choices, file]))();
}

/** Prompts for the organization or a project, and returns all certificates that are active there. */
async function promptForScope(deps: AnchorPickerDeps): Promise<ChosenAnchors> {
	const { title, selectScope: placeholder } = clientCheckPromptLabels;
	const { certificates, projects, enforcement } = deps;
	await withCancellableProgress(labels.loadingProjects, (signal) => projects.refresh(signal));
	const inOrganization = certificates.state.listing?.certificates.filter(({ active }) => active) ?? [];
	const scopes = [
		{ name: formatScopes({ organization: true, projects: [] }), active: inOrganization },
		...(projects.state.projects ?? []).map((project) => ({
			name: formatScopes({ organization: false, projects: [project] }),
			active: enforcement.enforcedInProject(project.id).map(({ certificate }) => certificate),
		})),
	];
	const choices = scopes
		.filter(({ active }) => active.length > 0)
		.map((value) => ({ label: value.name, description: formatActiveCount(value.active.length), value }));
	const { name, active } = await pickOne({ title, placeholder }, choices);
	const contents = await fetchContents(deps, active);
	return { against: { kind: "scope", name }, anchors: contents.map(({ der }) => der) };
}

async function promptForAnchorFile({ reader }: AnchorPickerDeps): Promise<ChosenAnchors> {
	const { title, selectAnchor: placeholder } = clientCheckPromptLabels;
	const now = Date.now() / 1000;
	const file = await promptForFile(clientCheckPromptLabels.anchorFileTitle);
	const found = await reader.read(file.bytes, now, readReminderDays());
	const { candidates } = found;
	const [only] = candidates;
	if (!only) throw fileRefused("anchor", file, found);
	const toChoice = (value: ParsedCertificate, index: number) => ({
		...formatCertificateChoice(value, index + 1, candidates.length, now),
		value,
	});
	const picked = candidates.length > 1 ? await pickOne({ title, placeholder }, candidates.map(toChoice)) : only;
	return { against: { kind: "anchor", name: formatParsedCertificateName(picked) }, anchors: [picked.der] };
}

/** Returns no certificates if they cannot be read: an anchor's file needs no connection. @throws CancelledError */
async function listCertificates({ certificates }: AnchorPickerDeps): Promise<readonly Certificate[]> {
	try {
		const title = labels.loadingCertificates;
		return (await withCancellableProgress(title, (signal) => certificates.loadIfStale(STALE_MS, signal))).certificates;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return [];
	}
}
