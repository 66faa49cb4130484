import type { TreeItem } from "vscode";
import { certificateFacts, type Fact } from "../../../common/messages/certificateFacts.ts";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { type Remedy, remediesInView } from "../../../common/messages/problems/remedies.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { Problem } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { ContentCache } from "../../organization/contentCache.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { projectNameById } from "../../organization/ui/commandContext.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import type { RotationPlanStore } from "../../rotation/rotationPlanStore.ts";
import { rolesOf, unplacedPlans } from "../../rotation/rotationStatus.ts";
import { roleFacts } from "../../rotation/rotationStatusMessages.ts";
import type { RunningUpload, UnconfirmedUpload, UploadService } from "../../upload/uploadService.ts";
import { describeListNotes } from "../listNotes.ts";
import { type SortOrder, sortCertificates } from "../sortOrder.ts";
import {
	certificateItem,
	factItem,
	noteItem,
	remedyItem,
	unconfirmedItem,
	unplacedPlanItem,
	uploadItem,
} from "./treeItems.ts";

/** The content of a row in the certificates view. */
export type TreeNode =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "unconfirmed"; readonly upload: UnconfirmedUpload }
	| { readonly kind: "unplacedPlan"; readonly plan: RotationPlan }
	| { readonly kind: "certificate"; readonly certificate: Certificate }
	| { readonly kind: "fact"; readonly of: Certificate; readonly fact: Fact }
	| { readonly kind: "note"; readonly text: string }
	| { readonly kind: "remedy"; readonly remedy: Remedy };

export interface CertificateTreeSources {
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	readonly plans: RotationPlanStore;
	readonly contents: ContentCache;
	readonly sortOrder: () => SortOrder;
}

/** Returns why there is no list, if other rows hide the welcome text that would say so; else `null`. */
export function problemForMessage({
	certificates,
	uploads,
}: Pick<CertificateTreeSources, "certificates" | "uploads">): Problem | null {
	const { listing, problem } = certificates.state;
	return !listing && uploads.unconfirmed.length > 0 ? problem : null;
}

/** Returns the top-level nodes in display order. */
export function rootNodes({
	certificates,
	uploads,
	plans,
	sortOrder: order,
}: CertificateTreeSources): readonly TreeNode[] {
	const { listing, problem, loadedAt } = certificates.state;
	const notes = describeListNotes(listing, problem && describeProblem(problem), loadedAt);
	const shownProblem = problemForMessage({ certificates, uploads });
	return [
		...(shownProblem ? remediesInView(shownProblem) : []).map((each): TreeNode => ({ kind: "remedy", remedy: each })),
		...uploads.running.map((upload): TreeNode => ({ kind: "upload", upload })),
		...uploads.unconfirmed.map((upload): TreeNode => ({ kind: "unconfirmed", upload })),
		...unplacedPlans({ certificates, plans }).map((plan): TreeNode => ({ kind: "unplacedPlan", plan })),
		...notes.map((text): TreeNode => ({ kind: "note", text })),
		...sortCertificates(listing?.certificates ?? [], order()).map(
			(each): TreeNode => ({ kind: "certificate", certificate: each }),
		),
	];
}

export function childNodes(parent: TreeNode, sources: CertificateTreeSources): readonly TreeNode[] {
	if (parent.kind !== "certificate") return [];
	const { certificate } = parent;
	const { enforcement, contents, projects } = sources;
	const activation = enforcement.activationStatus(certificate.id);
	const facts = [
		...roleFacts(rolesOf(sources, certificate.id), projectNameById(sources)),
		...certificateFacts(certificate, contents.get(certificate.id), activation, projects.state),
	];
	return facts.map((fact): TreeNode => ({ kind: "fact", of: certificate, fact }));
}

export function toTreeItem(node: TreeNode, sources: CertificateTreeSources): TreeItem {
	switch (node.kind) {
		case "upload":
			return uploadItem(node.upload);
		case "unconfirmed":
			return unconfirmedItem(node.upload);
		case "unplacedPlan":
			return unplacedPlanItem(node.plan);
		case "certificate": {
			const { certificate } = node;
			return certificateItem(
				certificate,
				sources.enforcement.activationStatus(certificate.id),
				rolesOf(sources, certificate.id),
			);
		}
		case "fact":
			return factItem(node.of, node.fact);
		case "note":
			return noteItem(node.text);
		case "remedy":
			return remedyItem(node.remedy);
	}
}

export function isCertificateNode(node: TreeNode, id: string): boolean {
	return node.kind === "certificate" && node.certificate.id === id;
}
