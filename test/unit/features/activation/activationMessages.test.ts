import assert from "node:assert/strict";
import {
	type CertificateWithContent,
	formatCertificateLines,
	formatCertificates,
} from "../../../../src/common/messages/certificateMessages.ts";
import { formatScopes, type ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import type { NamedProject } from "../../../../src/domain/problem.ts";
import {
	type ActivationQuestion,
	confirmationText,
	type DeactivationQuestion,
	describeActivationQuestion,
	describeAlreadyApplied,
	describeDeactivationQuestion,
} from "../../../../src/features/activation/activationMessages.ts";
import { describeActiveDeletion, describeInactiveDeletion } from "../../../../src/features/deletion/deleteMessages.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const time = { now: NOW, reminderDays: 30 };

/** Returns a certificate that expires after the given days. */
const withContent = (
	name: string | null,
	days = 400,
	overrides: Partial<CertificateWithContent> = {},
): CertificateWithContent => ({
	certificate: certificate("cert_1", { name, validAt: NOW - DAY, expiresAt: NOW + days * DAY + 60 }),
	content: {
		...parsedCertificate("x"),
		sha256: `3f9a02c1${"0".repeat(56)}`,
		notBefore: NOW - DAY,
		notAfter: NOW + days * DAY + 60,
	},
	...overrides,
});

const nowhere: ScopeSummary = { organization: false, projects: [] };
const organization: ScopeSummary = { organization: true, projects: [] };
const production: NamedProject = { id: "proj_1", name: "Production" };
const inProduction: ScopeSummary = { organization: false, projects: [production] };

const question = (overrides: Partial<ActivationQuestion> = {}): ActivationQuestion => ({
	subjects: [withContent("Acme Root CA")],
	scopes: inProduction,
	unenforced: inProduction,
	unread: null,
	access: null,
	showPolicyNote: false,
	changed: false,
	...overrides,
});

const deactivation = (overrides: Partial<DeactivationQuestion> = {}): DeactivationQuestion => ({
	subjects: [withContent("Acme Root CA")],
	scopes: inProduction,
	unenforced: nowhere,
	inheritedOnly: nowhere,
	unknown: nowhere,
	unread: null,
	access: null,
	changed: false,
	...overrides,
});

describe("The prompt before an activation", () => {
	it("R33 shows the certificate, its short fingerprint, the scope, and the requests that will be refused", () => {
		const { message, detail } = describeActivationQuestion(question(), time);
		assert.equal(message, "Activate “Acme Root CA” in project “Production”?");
		assert.equal(
			detail,
			[
				"“Acme Root CA”: cert_1, SHA-256 3f9a 02c1 0000 0000 …, expires in 400 days",
				"From then on, OpenAI refuses every request in project “Production” that does not come with a client certificate which chains to an active certificate.",
			].join("\n\n"),
		);
	});

	it("R33 says for the organization that this extension will be refused too, and how to restore access", () => {
		const access = "This is what becomes of it.";
		const { message, detail } = describeActivationQuestion(
			question({ scopes: organization, unenforced: organization, access }),
			time,
		);
		assert.equal(message, "Activate “Acme Root CA” in the organization?");
		assert.match(detail, /refuses every request in the organization and all of its projects that/);
		assert.match(
			detail,
			/Calls of the Admin API are refused likewise, which all of this extension's are\. This is what becomes of it\. The dashboard at OpenAI does not demand a client certificate: it is the way back\./,
		);
	});

	it("says where a certificate is required already, that filters are not copied, and which scopes are unread", () => {
		const problem = { reason: "forbidden", permission: "api.mtls.read" } as const;
		const unread = { scopes: { organization: false, projects: [{ id: "proj_2", name: null }] }, problem };
		const { detail } = describeActivationQuestion(
			question({ unenforced: nowhere, showPolicyNote: true, unread, changed: true }),
			time,
		);
		assert.match(detail, /^Something was changed meanwhile, so nothing was done\. This is how it is now\.\n\n/);
		assert.match(detail, /active certificate\. Others are active there already\.\n\n/);
		assert.match(detail, /A filter \(CEL policy\) .* does not come along: .* This is said once\./);
		assert.match(detail, /Nothing is changed in project “proj_2”, which could not be read\. .* api\.mtls\.read/);
	});

	it("warns of a certificate that is no CA, has expired, expires soon or is not valid yet", () => {
		const lines = (item: CertificateWithContent) => formatCertificateLines([item], time);
		const leaf = withContent("Leaf");
		const findings = [{ code: "not-a-ca", level: "strong" }] as const;
		assert.doesNotMatch(lines(leaf), /Careful/);
		assert.match(
			lines({ ...leaf, content: { ...parsedCertificate("leaf"), notAfter: null, findings } }),
			/\nCareful: It is not a CA; it looks like a client certificate\./,
		);
		assert.match(lines(withContent("Old", -3)), /\nCareful: It expired 2 days ago: its clients are refused\.$/);
		assert.match(lines(withContent("Soon", 12)), /\nCareful: It expires in 12 days: then its clients are refused\./);
		const early = certificate("cert_1", { name: "Early", validAt: NOW + DAY, expiresAt: NOW + 400 * DAY });
		assert.match(
			lines({ certificate: early, content: null }),
			/SHA-256 could not be read.*\nCareful: It is not valid yet/,
		);
	});

	it("lists at most eight certificates", () => {
		const many = Array.from({ length: 10 }, (_, index) => withContent(`CA ${index}`));
		assert.equal(formatCertificates(many.map(({ certificate }) => certificate)), "10 certificates");
		const lines = formatCertificateLines(many, time).split("\n");
		assert.equal(lines.length, 9);
		assert.equal(lines.at(-1), "… and 2 more");
	});

	it("R33 requires typing the displayed name, or the id if that is impossible, or the number of several certificates", () => {
		assert.equal(confirmationText([withContent("Acme Root CA")]), "Acme Root CA");
		assert.equal(confirmationText([withContent("  padded ")]), "padded");
		for (const name of [null, "", "  ", "a\u202eb", "two  blanks", "hard\u00a0blank", "$(trash)", "x".repeat(101)])
			assert.equal(confirmationText([withContent(name)]), "cert_1", JSON.stringify(name));
		assert.equal(confirmationText([withContent("A"), withContent("B"), withContent("C")]), "activate 3");
	});

	it("shows hostile names of certificates and projects as plain text", () => {
		const hostile = "a\n[x](command:y) $(trash)";
		const summary = { organization: false, projects: [{ id: "proj_1", name: hostile }] };
		const { message, detail } = describeActivationQuestion(
			question({ subjects: [withContent(hostile)], scopes: summary, unenforced: summary }),
			time,
		);
		for (const text of [message, ...detail.split("\n")]) assert.doesNotMatch(text, /\]\(|\$\(/);
		assert.ok(!message.includes("\n"));
	});
});

describe("The prompt before a deactivation", () => {
	it("says where no client certificate will be required", () => {
		const { message, detail } = describeDeactivationQuestion(deactivation({ unenforced: inProduction }), time);
		assert.equal(message, "Deactivate “Acme Root CA” in project “Production”?");
		assert.match(
			detail,
			/\n\nNothing else is active in project “Production”\. From then on, no client certificate is demanded there: a key alone is enough\.$/,
		);
		assert.match(
			describeDeactivationQuestion(deactivation({ scopes: organization, unenforced: organization }), time).detail,
			/\n\nA project with active certificates of its own still demands one\.$/,
		);
	});

	it("says which clients will be refused where a certificate is still required", () => {
		const refused =
			/\n\nClients whose certificates chain to nothing else that is active there are refused from then on\./;
		assert.match(describeDeactivationQuestion(deactivation(), time).detail, refused);
		const detail = describeDeactivationQuestion(deactivation({ inheritedOnly: inProduction }), time).detail;
		assert.match(detail, refused);
		assert.match(detail, /What is active in the organization still counts there\./);
		assert.match(
			describeDeactivationQuestion(deactivation({ unknown: inProduction }), time).detail,
			/It is not known whether anything else is active in project “Production”\./,
		);
	});

	it("says that the certificate already has the requested state", () => {
		const { certificate } = withContent("A");
		assert.equal(
			describeAlreadyApplied([certificate], inProduction, true),
			"“A”: active in project “Production” already.",
		);
		assert.equal(describeAlreadyApplied([certificate], organization, false), "“A”: not active in the organization.");
		assert.equal(describeAlreadyApplied([certificate], nowhere, false), "“A”: active nowhere.");
	});

	it("names three projects, and counts the others", () => {
		const projects = ["A", "B", "C", "D", "E"].map((name) => ({ id: name, name }));
		const names = "project “A”, project “B”, project “C”";
		assert.equal(
			formatScopes({ organization: true, projects: projects.slice(0, 3) }),
			`the organization, ${names.replace(", project “C”", ", and project “C”")}`,
		);
		assert.equal(formatScopes({ organization: false, projects }), `${names}, and 2 more projects`);
	});
});

describe("The prompt before a deletion", () => {
	it("R35 shows the certificate, and says that OpenAI keeps no copy", () => {
		const { message, detail } = describeInactiveDeletion(withContent("Acme"), false, time);
		assert.equal(message, "Delete “Acme”?");
		assert.match(
			detail,
			/^“Acme”: cert_1, SHA-256 3f9a 02c1 .*\n\nIt is active nowhere\. Once it is deleted, OpenAI has no copy of it/,
		);
	});

	it("R35 lists every scope where the certificate is active, and the consequences", () => {
		const projects = Array.from({ length: 21 }, (_, index) => ({ id: `proj_${index}`, name: `P${index}` }));
		const summary = { organization: true, projects };
		const { message, detail } = describeActiveDeletion(
			{
				subject: withContent("Acme"),
				scopes: summary,
				unenforced: organization,
				inheritedOnly: nowhere,
				unknown: nowhere,
				access: null,
				changed: false,
			},
			time,
		);
		assert.equal(message, "“Acme” cannot be deleted while it is active.");
		assert.match(
			detail,
			/It is active in:\n• the organization\n• project “P0”\n(.*\n){18}• project “P19”\n• 1 more project\n\n/,
		);
		assert.match(detail, /Nothing else is active in the organization\./);
	});
});
