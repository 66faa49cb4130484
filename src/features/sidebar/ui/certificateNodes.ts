import type { TreeItem } from "vscode";
import { type Fact, factsOf } from "../../../common/messages/certificateFacts.ts";
import { type Mend, mendsInView, problemWords } from "../../../common/messages/problems.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { Problem } from "../../../domain/problem.ts";
import type { Certificates } from "../../organization/certificateStore.ts";
import type { Contents } from "../../organization/contentCache.ts";
import type { Enforcement } from "../../organization/enforcementIndex.ts";
import type { Projects } from "../../organization/projectStore.ts";
import { projectNamed } from "../../organization/ui/commandContext.ts";
import type { RotationPlan } from "../../rotation/rotationPlan.ts";
import type { RotationPlans } from "../../rotation/rotationPlanStore.ts";
import { rolesOf, unplacedPlans } from "../../rotation/rotationStatus.ts";
import { roleFacts } from "../../rotation/rotationStatusMessages.ts";
import type { RunningUpload, UnconfirmedUpload, Uploads } from "../../upload/uploadService.ts";
import { noteWords } from "../listNotes.ts";
import { inOrder, type Order } from "../sortOrder.ts";
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
export type Thing =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "unconfirmed"; readonly upload: UnconfirmedUpload }
	| { readonly kind: "unplacedPlan"; readonly plan: RotationPlan }
	| { readonly kind: "certificate"; readonly certificate: Certificate }
	| { readonly kind: "fact"; readonly of: Certificate; readonly fact: Fact }
	| { readonly kind: "note"; readonly text: string }
	| { readonly kind: "mend"; readonly mend: Mend };

/** What it shows it from. */
export interface ShownState {
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	readonly projects: Projects;
	readonly enforcement: Enforcement;
	readonly plans: RotationPlans;
	readonly contents: Contents;
	/** The order that the person wants. */
	readonly order: () => Order;
}

/** Why there is no list, if other rows keep the welcome text away that would say so. */
export function untoldProblem({ certificates, uploads }: Pick<ShownState, "certificates" | "uploads">): Problem | null {
	const { listing, problem } = certificates.state;
	return !listing && uploads.unconfirmed.length > 0 ? problem : null;
}

/** What is on top, from top to bottom. */
export function thingsOnTop({ certificates, uploads, plans, order }: ShownState): readonly Thing[] {
	const { listing, problem, loadedAt } = certificates.state;
	const trouble = problem && problemWords(problem);
	const notes = noteWords(listing, trouble, loadedAt);
	const untold = untoldProblem({ certificates, uploads });
	return [
		...(untold ? mendsInView(untold) : []).map((mend): Thing => ({ kind: "mend", mend })),
		...uploads.running.map((upload): Thing => ({ kind: "upload", upload })),
		...uploads.unconfirmed.map((upload): Thing => ({ kind: "unconfirmed", upload })),
		...unplacedPlans({ certificates, plans }).map((plan): Thing => ({ kind: "unplacedPlan", plan })),
		...notes.map((text): Thing => ({ kind: "note", text })),
		...inOrder(listing?.certificates ?? [], order()).map((each): Thing => ({ kind: "certificate", certificate: each })),
	];
}

/** What is below one of them. */
export function thingsBelow(above: Thing, state: ShownState): readonly Thing[] {
	if (above.kind !== "certificate") return [];
	const { certificate } = above;
	const { enforcement, contents, projects } = state;
	const activity = enforcement.activity(certificate.id);
	const facts = [
		...roleFacts(rolesOf(state, certificate.id), projectNamed(state)),
		...factsOf(certificate, contents.of(certificate.id), activity, projects.state),
	];
	return facts.map((fact): Thing => ({ kind: "fact", of: certificate, fact }));
}

/** How it is shown. */
export function itemOf(thing: Thing, state: ShownState): TreeItem {
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

export function isCertificate(thing: Thing, id: string): boolean {
	return thing.kind === "certificate" && thing.certificate.id === id;
}
