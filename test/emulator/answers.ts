// Builds the service's response objects, typed with OpenAI's client types: a drifting shape fails type checking.
import type { OpenAI } from "openai";
import type { PageResponse } from "openai/pagination";
import type { ListedCertificate, Project, StoredCertificate } from "./state.ts";

type Certificate = OpenAI.Admin.Organization.Certificate;
type ClientProject = OpenAI.Admin.Organization.Project;
type Deleted = OpenAI.Admin.Organization.CertificateDeleteResponse;

type OrganizationItem = OpenAI.Admin.Organization.CertificateListResponse &
	OpenAI.Admin.Organization.CertificateActivateResponse &
	OpenAI.Admin.Organization.CertificateDeactivateResponse;

type ProjectItem = OpenAI.Admin.Organization.Projects.CertificateListResponse &
	OpenAI.Admin.Organization.Projects.CertificateActivateResponse &
	OpenAI.Admin.Organization.Projects.CertificateDeactivateResponse;

type ListItem = OrganizationItem | ProjectItem;

/** Returns the response to upload, get and rename: without `active`, and with the PEM only on request. */
export function certificateObject(certificate: StoredCertificate, withContent = false): Certificate {
	const details = { valid_at: certificate.validAt, expires_at: certificate.expiresAt };
	return {
		object: "certificate",
		id: certificate.id,
		name: certificate.name,
		created_at: certificate.createdAt,
		certificate_details: withContent ? { ...details, content: certificate.pem } : details,
	};
}

/** @param object The organization's or a project's object type. */
export function certificateListItem(object: ListItem["object"], { certificate, active }: ListedCertificate): ListItem {
	return { ...certificateObject(certificate), object, active };
}

/** Returns the response to activate and deactivate. */
export function activationResponse(
	object: ListItem["object"],
	verb: "activate" | "deactivate",
	listed: readonly ListedCertificate[],
): PageResponse<ListItem> {
	const noun = verb === "activate" ? "activation" : "deactivation";
	return { object: `${object}.${noun}`, data: listed.map((item) => certificateListItem(object, item)) };
}

export function deletionResponse(id: string): Deleted {
	return { object: "certificate.deleted", id };
}

export function projectObject(project: Project): ClientProject {
	return {
		object: "organization.project",
		id: project.id,
		name: project.name,
		created_at: project.createdAt,
		archived_at: project.archivedAt,
		status: project.archivedAt === null ? "active" : "archived",
	};
}
