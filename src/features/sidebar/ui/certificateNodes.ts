import type { TreeItem } from "vscode";
import { type Fact, factsOf } from "../../../common/messages/certificateFacts.ts";
import { describeProblem, type Remedy, remediesInView } from "../../../common/messages/problems.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { Problem } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { ContentCache } from "../../organization/contentCache.ts";
import type { EnforcementIndex } from "../../organization/enforcementIndex.ts";
import type { ProjectStore } from "../../organization/projectStore.ts";
import { projectNamed } from "../../organization/ui/commandContext.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import type { RotationPlanStore } from "../../rotation/rotationPlanStore.ts";
import { rolesOf, unplacedPlans } from "../../rotation/rotationStatus.ts";
import { roleFacts } from "../../rotation/rotationStatusMessages.ts";
import type { RunningUpload, UnconfirmedUpload, UploadService } from "../../upload/uploadService.ts";
import { noteWords } from "../listNotes.ts";
import { type Order, sortCertificates } from "../sortOrder.ts";
import {
	certificateItem,
	factItem,
	mendItem,
	noteItem,
	unconfirmedItem,
	unplacedPlanItem,
	uploadItem,
} from "./treeItems.ts";

/** What a row of the certificates view shows. */
export type TreeNode =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "unconfirmed"; readonly upload: UnconfirmedUpload }
	| { readonly kind: "unplacedPlan"; readonly plan: RotationPlan }
	| { readonly kind: "certificate"; readonly certificate: Certificate }
	| { readonly kind: "fact"; readonly of: Certificate; readonly fact: Fact }
	| { readonly kind: "note"; readonly text: string }
	| { readonly kind: "mend"; readonly mend: Remedy };

/** What it shows it from. */
export interface ShownState {
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	readonly plans: RotationPlanStore;
	readonly contents: ContentCache;
	/** The order that the person wants. */
	readonly order: () => Order;
}

/** Why there is no list, if other rows keep the welcome text away that would say so. */
export function untoldProblem({ certificates, uploads }: Pick<ShownState, "certificates" | "uploads">): Problem | null {
	const { listing, problem } = certificates.state;
	return !listing && uploads.unconfirmed.length > 0 ? problem : null;
}

/** What is on top, from top to bottom. */
export function thingsOnTop({ certificates, uploads, plans, order }: ShownState): readonly TreeNode[] {
	const { listing, problem, loadedAt } = certificates.state;
	const trouble = problem && describeProblem(problem);
	const notes = noteWords(listing, trouble, loadedAt);
	const untold = untoldProblem({ certificates, uploads });
	return [
		...(untold ? remediesInView(untold) : []).map((mend): TreeNode => ({ kind: "mend", mend })),
		...uploads.running.map((upload): TreeNode => ({ kind: "upload", upload })),
		...uploads.unconfirmed.map((upload): TreeNode => ({ kind: "unconfirmed", upload })),
		...unplacedPlans({ certificates, plans }).map((plan): TreeNode => ({ kind: "unplacedPlan", plan })),
		...notes.map((text): TreeNode => ({ kind: "note", text })),
		...sortCertificates(listing?.certificates ?? [], order()).map(
			(each): TreeNode => ({ kind: "certificate", certificate: each }),
		),
	];
}

/** What is below one of them. */
export function thingsBelow(above: TreeNode, state: ShownState): readonly TreeNode[] {
	if (above.kind !== "certificate") return [];
	const { certificate } = above;
	const { enforcement, contents, projects } = state;
	const activity = enforcement.activity(certificate.id);
	const facts = [
		...roleFacts(rolesOf(state, certificate.id), projectNamed(state)),
		...factsOf(certificate, contents.of(certificate.id), activity, projects.state),
	];
	return facts.map((fact): TreeNode => ({ kind: "fact", of: certificate, fact }));
}

/** How it is shown. */
export function itemOf(thing: TreeNode, state: ShownState): TreeItem {
	switch (thing.kind) {
		case "upload":
			return uploadItem(thing.upload);
		case "unconfirmed":
			return unconfirmedItem(thing.upload);
		case "unplacedPlan":
			return unplacedPlanItem(thing.plan);
		case "certificate": {
			const { certificate } = thing;
			return certificateItem(certificate, state.enforcement.activity(certificate.id), rolesOf(state, certificate.id));
		}
		case "fact":
			return factItem(thing.of, thing.fact);
		case "note":
			return noteItem(thing.text);
		case "mend":
			return mendItem(thing.mend);
	}
}

export function isCertificate(thing: TreeNode, id: string): boolean {
	return thing.kind === "certificate" && thing.certificate.id === id;
}
