import assert from "node:assert/strict";
import {
	type CertificateWithContent,
	subjectLines,
	subjectsWords,
} from "../../../../src/common/messages/certificateMessages.ts";
import { formatScopes, type ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import type { NamedProject } from "../../../../src/domain/problem.ts";
import {
	type ActivationQuestion,
	activationWords,
	type DeactivationQuestion,
	deactivationWords,
	settledWords,
	textToType,
} from "../../../../src/features/activation/activationMessages.ts";
import { activeRemovalWords, removalWords } from "../../../../src/features/deletion/deleteMessages.ts";
import { candidate, certificate } from "../../fakes/certificatesApi.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const time = { now: NOW, reminderDays: 30 };

/** A certificate that is valid for so many days. */
const subject = (
	name: string | null,
	days = 400,
	more: Partial<CertificateWithContent> = {},
): CertificateWithContent => ({
	certificate: certificate("cert_1", { name, validAt: NOW - DAY, expiresAt: NOW + days * DAY + 60 }),
	content: {
		...candidate("x"),
		sha256: `3f9a02c1${"0".repeat(56)}`,
		notBefore: NOW - DAY,
		notAfter: NOW + days * DAY + 60,
	},
	...more,
});

const nowhere: ScopeSummary = { organization: false, projects: [] };
const organization: ScopeSummary = { organization: true, projects: [] };
const production: NamedProject = { id: "proj_1", name: "Production" };
const inProduction: ScopeSummary = { organization: false, projects: [production] };

const question = (more: Partial<ActivationQuestion> = {}): ActivationQuestion => ({
	subjects: [subject("Acme Root CA")],
	places: inProduction,
	open: inProduction,
	unread: null,
	access: null,
	policies: false,
	changed: false,
	...more,
});

const deactivation = (more: Partial<DeactivationQuestion> = {}): DeactivationQuestion => ({
	subjects: [subject("Acme Root CA")],
	places: inProduction,
	off: nowhere,
	left: nowhere,
	unclear: nowhere,
	unread: null,
	access: null,
	changed: false,
	...more,
});

describe("Words before an activation", () => {
	it("R33 name the certificate, its fingerprint's beginning and the scope, and what is refused from then on", () => {
		const { message, detail } = activationWords(question(), time);
		assert.equal(message, "Activate “Acme Root CA” in project “Production”?");
		assert.equal(
			detail,
			[
				"“Acme Root CA”: cert_1, SHA-256 3f9a 02c1 0000 0000 …, expires in 400 days",
				"From then on, OpenAI refuses every request in project “Production” that does not come with a client certificate which chains to an active certificate.",
			].join("\n\n"),
		);
	});

	it("R33 say of the organization that this extension's own calls are refused too, and which way leads back", () => {
		const access = "This is what becomes of it.";
		const { message, detail } = activationWords(question({ places: organization, open: organization, access }), time);
		assert.equal(message, "Activate “Acme Root CA” in the organization?");
		assert.match(detail, /refuses every request in the organization and all of its projects that/);
		assert.match(
			detail,
			/Calls of the Admin API are refused likewise, which all of this extension's are\. This is what becomes of it\. The dashboard at OpenAI does not demand a client certificate: it is the way back\./,
		);
	});

	it("say where it is demanded already, once that filters do not come along, and what could not be read", () => {
		const problem = { reason: "forbidden", permission: "api.mtls.read" } as const;
		const unread = { places: { organization: false, projects: [{ id: "proj_2", name: null }] }, problem };
		const { detail } = activationWords(question({ open: nowhere, policies: true, unread, changed: true }), time);
		assert.match(detail, /^Something was changed meanwhile, so nothing was done\. This is how it is now\.\n\n/);
		assert.match(detail, /active certificate\. Others are active there already\.\n\n/);
		assert.match(detail, /A filter \(CEL policy\) .* does not come along: .* This is said once\./);
		assert.match(detail, /Nothing is changed in project “proj_2”, which could not be read\. .* api\.mtls\.read/);
	});

	it("warn of a leaf, of what is expired, about to be, or not valid yet", () => {
		const lines = (one: CertificateWithContent) => subjectLines([one], time);
		const leaf = subject("Leaf");
		const findings = [{ code: "not-a-ca", level: "strong" }] as const;
		assert.doesNotMatch(lines(leaf), /Careful/);
		assert.match(
			lines({ ...leaf, content: { ...candidate("leaf"), notAfter: null, findings } }),
			/\nCareful: It is not a CA; it looks like a client certificate\./,
		);
		assert.match(lines(subject("Old", -3)), /\nCareful: It expired 2 days ago: its clients are refused\.$/);
		assert.match(lines(subject("Soon", 12)), /\nCareful: It expires in 12 days: then its clients are refused\./);
		const early = certificate("cert_1", { name: "Early", validAt: NOW + DAY, expiresAt: NOW + 400 * DAY });
		assert.match(
			lines({ certificate: early, content: null }),
			/SHA-256 could not be read.*\nCareful: It is not valid yet/,
		);
	});

	it("tell of eight certificates one by one", () => {
		const many = Array.from({ length: 10 }, (_, index) => subject(`CA ${index}`));
		assert.equal(subjectsWords(many.map(({ certificate }) => certificate)), "10 certificates");
		const lines = subjectLines(many, time).split("\n");
		assert.equal(lines.length, 9);
		assert.equal(lines.at(-1), "… and 2 more");
	});

	it("R33 ask to type the name as it is shown, else the id, and of several how many", () => {
		assert.equal(textToType([subject("Acme Root CA")]), "Acme Root CA");
		assert.equal(textToType([subject("  padded ")]), "padded");
		for (const name of [null, "", "  ", "a\u202eb", "two  blanks", "hard\u00a0blank", "$(trash)", "x".repeat(101)])
			assert.equal(textToType([subject(name)]), "cert_1", JSON.stringify(name));
		assert.equal(textToType([subject("A"), subject("B"), subject("C")]), "activate 3");
	});

	it("name a hostile certificate and project as plain text", () => {
		const hostile = "a\n[x](command:y) $(trash)";
		const places = { organization: false, projects: [{ id: "proj_1", name: hostile }] };
		const { message, detail } = activationWords(question({ subjects: [subject(hostile)], places, open: places }), time);
		for (const text of [message, ...detail.split("\n")]) assert.doesNotMatch(text, /\]\(|\$\(/);
		assert.ok(!message.includes("\n"));
	});
});

describe("Words before a deactivation", () => {
	it("say where nothing is checked any more", () => {
		const { message, detail } = deactivationWords(deactivation({ off: inProduction }), time);
		assert.equal(message, "Deactivate “Acme Root CA” in project “Production”?");
		assert.match(
			detail,
			/\n\nNothing else is active in project “Production”\. From then on, no client certificate is demanded there: a key alone is enough\.$/,
		);
		assert.match(
			deactivationWords(deactivation({ places: organization, off: organization }), time).detail,
			/\n\nA project with active certificates of its own still demands one\.$/,
		);
	});

	it("say whose clients are refused where one is still demanded", () => {
		const refused =
			/\n\nClients whose certificates chain to nothing else that is active there are refused from then on\./;
		assert.match(deactivationWords(deactivation(), time).detail, refused);
		const left = deactivationWords(deactivation({ left: inProduction }), time).detail;
		assert.match(left, refused);
		assert.match(left, /What is active in the organization still counts there\./);
		assert.match(
			deactivationWords(deactivation({ unclear: inProduction }), time).detail,
			/It is not known whether anything else is active in project “Production”\./,
		);
	});

	it("say that there is nothing to do", () => {
		const { certificate } = subject("A");
		assert.equal(settledWords([certificate], inProduction, true), "“A”: active in project “Production” already.");
		assert.equal(settledWords([certificate], organization, false), "“A”: not active in the organization.");
		assert.equal(settledWords([certificate], nowhere, false), "“A”: active nowhere.");
	});

	it("name some projects and count the others", () => {
		const projects = ["A", "B", "C", "D", "E"].map((name) => ({ id: name, name }));
		const names = "project “A”, project “B”, project “C”";
		assert.equal(
			formatScopes({ organization: true, projects: projects.slice(0, 3) }),
			`the organization, ${names.replace(", project “C”", ", and project “C”")}`,
		);
		assert.equal(formatScopes({ organization: false, projects }), `${names}, and 2 more projects`);
	});
});

describe("Words before a certificate is deleted", () => {
	it("R35 name it, and say that there is no copy", () => {
		const { message, detail } = removalWords(subject("Acme"), false, time);
		assert.equal(message, "Delete “Acme”?");
		assert.match(
			detail,
			/^“Acme”: cert_1, SHA-256 3f9a 02c1 .*\n\nIt is active nowhere\. Once it is deleted, OpenAI has no copy of it/,
		);
	});

	it("R35 list every scope that holds it, and say what follows", () => {
		const projects = Array.from({ length: 21 }, (_, index) => ({ id: `proj_${index}`, name: `P${index}` }));
		const places = { organization: true, projects };
		const { message, detail } = activeRemovalWords(
			{
				subject: subject("Acme"),
				places,
				off: organization,
				left: nowhere,
				unclear: nowhere,
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
