import type { TreeItem } from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { Contents } from "../application/contents.ts";
import type { Enforcement } from "../application/enforcement.ts";
import type { Projects } from "../application/projects.ts";
import type { RotationPlans } from "../application/rotationPlans.ts";
import type { RunningUpload, UnconfirmedUpload, Uploads } from "../application/uploads.ts";
import type { Certificate } from "../domain/certificate.ts";
import { inOrder, type Order } from "../domain/order.ts";
import { projectNamed } from "./groundwork.ts";
import { rolesOf } from "./rotationRoles.ts";
import { certificateItem, factItem, noteItem, unconfirmedItem, uploadItem } from "./rows.ts";
import { type Fact, factsOf } from "./words/facts.ts";
import { problemWords } from "./words/problems.ts";
import { roleFacts } from "./words/rotationRoles.ts";
import { noteWords } from "./words/view.ts";

/** What a row of the certificates view shows. */
export type Thing =
	| { readonly kind: "upload"; readonly upload: RunningUpload }
	| { readonly kind: "unconfirmed"; readonly upload: UnconfirmedUpload }
	| { readonly kind: "certificate"; readonly certificate: Certificate }
	| { readonly kind: "fact"; readonly of: Certificate; readonly fact: Fact }
	| { readonly kind: "note"; readonly text: string };

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

/** What is on top, from top to bottom. */
export function thingsOnTop({ certificates, uploads, order }: ShownState): readonly Thing[] {
	const { listing, problem, loadedAt } = certificates.state;
	const trouble = problem && problemWords(problem);
	// Where there are no rows, the welcome text says it.
	const unread = !listing && trouble && uploads.unconfirmed.length > 0 ? [trouble] : [];
	const notes = [...unread, ...noteWords(listing, trouble, loadedAt)];
	return [
		...uploads.running.map((upload): Thing => ({ kind: "upload", upload })),
		...uploads.unconfirmed.map((upload): Thing => ({ kind: "unconfirmed", upload })),
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
		...factsOf(certificate, contents.of(certificate.id), activity, projects.state.loading),
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
		case "certificate": {
			const { certificate } = thing;
			return certificateItem(certificate, state.enforcement.activity(certificate.id), rolesOf(state, certificate.id));
		}
		case "fact":
			return factItem(thing.of, thing.fact);
		case "note":
			return noteItem(thing.text);
	}
}

export function isCertificate(thing: Thing, id: string): boolean {
	return thing.kind === "certificate" && thing.certificate.id === id;
}
