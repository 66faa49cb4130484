import assert from "node:assert/strict";
import {
	type CertificateWithContent,
	describeChangedMeanwhile,
	formatCertificateLines,
	formatCertificates,
} from "../../../../src/common/messages/certificateMessages.ts";
import { formatScopes, type ScopeSummary } from "../../../../src/common/messages/scopes.ts";
import { DEFAULT_BASE_URL, parseBaseUrl, parseMtlsUrl } from "../../../../src/domain/baseUrl.ts";
import { mtlsEndpointOf } from "../../../../src/domain/openaiHosts.ts";
import type { NamedProject } from "../../../../src/domain/problem.ts";
import {
	type ActivationQuestion,
	activationLabels,
	activationProgressTitle,
	confirmationText,
	type DeactivationQuestion,
	describeActivationQuestion,
	describeAlreadyApplied,
	describeConfirmationMismatch,
	describeDeactivationQuestion,
	describeEndpoint,
	describeFilterNote,
	describeImpact,
	describeOwnRequirement,
	describeRejectedClients,
	describeRequirement,
	describeTypedConfirmation,
	describeUnread,
	describeWorkloads,
} from "../../../../src/features/activation/activationMessages.ts";
import type { ClientImpact } from "../../../../src/features/clientImpact/clientImpact.ts";
import { describeClientImpact } from "../../../../src/features/clientImpact/clientImpactMessages.ts";
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
	endpoint: mtlsEndpointOf(parseBaseUrl(DEFAULT_BASE_URL)),
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
	clients: null,
	changed: false,
	...overrides,
});

describe("The prompt before an activation", () => {
	it("R33 shows the certificate, the scope, the requests that will be rejected, and the host that clients must use", () => {
		const subjects = [withContent("Acme Root CA")];
		const { message, detail } = describeActivationQuestion(question({ subjects }), time);
		assert.equal(message, "Activate “Acme Root CA” in project “Production”?");
		assert.equal(
			detail,
			[
				formatCertificateLines(subjects, time),
				"OpenAI will reject every request in project “Production” that doesn't present a client certificate chaining to a certificate that's active in the project or the organization.",
				"Clients must use https://mtls.api.openai.com/v1 or its regional host.",
			].join("\n\n"),
		);
	});

	it("R33 names the host that clients must use, or says that none is known in the base URL's region", () => {
		const describe = (url: string) => describeEndpoint(mtlsEndpointOf(parseBaseUrl(url)));
		const global = "Clients must use https://mtls.api.openai.com/v1 or its regional host.";
		for (const url of ["https://api.openai.com/v1", "https://mtls.api.openai.com/v1", "https://gateway.test/v1"])
			assert.equal(describe(url), global, url);
		for (const url of ["https://eu.api.openai.com/v1", "https://mtls-eu.api.openai.com/v1"])
			assert.equal(describe(url), "Clients must use https://mtls-eu.api.openai.com/v1.", url);
		assert.equal(
			describe("https://jp.api.openai.com/v1"),
			"No mTLS host is known for jp.api.openai.com. OpenAI might reject all requests in its region, even with a client certificate.",
		);
		const url = parseMtlsUrl("https://mtls.test");
		assert.equal(describeEndpoint({ kind: "known", url }), "Clients must use https://mtls.test/v1.");
	});

	it("R33 says for the organization that this extension needs a client certificate too, and how to regain access", () => {
		const access = "This is the effect.";
		const { message, detail } = describeActivationQuestion(
			question({ scopes: organization, unenforced: organization, access }),
			time,
		);
		assert.equal(message, "Activate “Acme Root CA” in the organization?");
		assert.match(detail, /reject every request in the organization and all of its projects that/);
		assert.ok(detail.endsWith(`\n\n${describeOwnRequirement(access)}`), detail);
		assert.equal(
			describeOwnRequirement(access),
			"The Admin API, which this extension uses, will require a client certificate, too. This is the effect. If you're locked out, use the OpenAI dashboard, which doesn't require one. Before you continue, make sure that someone can sign in there and deactivate certificates.",
		);
	});

	it("says where a certificate is required already, that filters are not copied, and which scopes are unread", () => {
		const problem = { reason: "unreachable", host: "a.test", proxy: null } as const;
		const unread = { scopes: { organization: false, projects: [{ id: "proj_2", name: null }] }, problem };
		const subjects = [withContent("Acme Root CA")];
		const { detail } = describeActivationQuestion(
			question({ subjects, unenforced: nowhere, showPolicyNote: true, unread, changed: true }),
			time,
		);
		assert.equal(
			detail,
			[
				describeChangedMeanwhile(),
				formatCertificateLines(subjects, time),
				`${describeRequirement(inProduction, inProduction)} Other certificates are already active there, so OpenAI already requires this.`,
				describeEndpoint(question().endpoint),
				describeFilterNote(1),
				describeUnread(unread),
			].join("\n\n"),
		);
		assert.equal(
			describeFilterNote(1),
			"CEL filters of other certificates don't apply to this one. Set its filter in the OpenAI dashboard before you continue; until then, every client certificate that chains to it is accepted.",
		);
		assert.equal(
			describeFilterNote(2),
			"CEL filters of other certificates don't apply to these. Set their filters in the OpenAI dashboard before you continue; until then, every client certificate that chains to one of them is accepted.",
		);
		assert.equal(
			describeUnread(unread),
			"Couldn't read project “proj_2”, so nothing changes there. Can't reach a.test. Check your network. If you're behind a proxy, set http.proxy; proxy auto-config (PAC) scripts aren't supported.",
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
		assert.equal(describeTypedConfirmation("Acme Root CA"), "To activate, type: Acme Root CA");
		assert.equal(describeConfirmationMismatch("Acme Root CA"), "Doesn't match. Type: Acme Root CA");
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

	it("has distinct buttons, and repeats the verb of the question", () => {
		assert.deepEqual(
			{ ...activationLabels },
			{
				activate: "Activate",
				activateInOrganization: "Activate…",
				deactivate: "Deactivate",
				deactivateExpired: "Deactivate…",
				dontActivate: "Don't Activate",
				dontDeactivate: "Don't Deactivate",
				saveAllPems: "Save All as PEM…",
				typedConfirmationTitle: "Activate in the organization",
			},
		);
		const { certificate } = withContent("A");
		assert.equal(activationProgressTitle([certificate], true), "Activating “A”…");
		assert.equal(activationProgressTitle([certificate], false), "Deactivating “A”…");
	});
});

describe("The prompt before a deactivation", () => {
	const subjects = [withContent("Acme Root CA")];
	/** Returns the paragraphs after the certificates, without the one about workloads. */
	const consequences = (overrides: Partial<DeactivationQuestion>) => {
		const { detail } = describeDeactivationQuestion(deactivation({ subjects, ...overrides }), time);
		const [certificates, ...paragraphs] = detail.split("\n\n");
		assert.equal(certificates, formatCertificateLines(subjects, time));
		assert.ok(paragraphs.includes(describeWorkloads()), detail);
		return paragraphs.filter((paragraph) => paragraph !== describeWorkloads());
	};
	const staging: ScopeSummary = { organization: false, projects: [{ id: "proj_2", name: "Staging" }] };
	const both: ScopeSummary = { organization: false, projects: [...inProduction.projects, ...staging.projects] };
	const impact = { unenforced: nowhere, inheritedOnly: nowhere, unknown: nowhere };

	it("says which known clients a deactivation affects", () => {
		const clients: ClientImpact = { kind: "judged", known: 2, rejected: [], unknown: [] };
		const { detail } = describeDeactivationQuestion(deactivation({ clients }), time);
		assert.ok(detail.split("\n\n").includes(describeClientImpact(clients, time)), detail);
		assert.doesNotMatch(describeDeactivationQuestion(deactivation(), time).detail, /known client/);
	});

	it("says where no client certificate will be required", () => {
		const { message } = describeDeactivationQuestion(deactivation(), time);
		assert.equal(message, "Deactivate “Acme Root CA” in project “Production”?");
		assert.deepEqual(consequences({ unenforced: inProduction }), [
			"No other certificate is active in project “Production”. Requests there will no longer need a client certificate; an API key will be enough.",
		]);
		const [first, ...others] = consequences({ scopes: organization, unenforced: organization });
		assert.match(first ?? "", /^No other certificate is active in the organization\./);
		assert.deepEqual(others, ["Projects with their own active certificates will still require one."]);
	});

	it("says which clients will be rejected where a certificate is still required", () => {
		const rejected =
			"In project “Production”, clients whose certificates don't chain to a certificate that stays active will be rejected.";
		assert.deepEqual(consequences({}), [rejected]);
		assert.deepEqual(consequences({ inheritedOnly: inProduction }), [
			"In project “Production”, only certificates inherited from the organization will still be active.",
			rejected,
		]);
	});

	it("says that workload identity federation depends on the certificate, too", () => {
		assert.equal(
			describeWorkloads(),
			"Workloads that use X.509 workload identity federation might be rejected, too; the Admin API can't show which.",
		);
	});

	it("says what is uncertain where not all certificates could be read", () => {
		assert.deepEqual(consequences({ unknown: inProduction }), [
			"Couldn't check whether other certificates are active in project “Production”. If none are, requests there will no longer need a client certificate.",
			"In project “Production”, clients whose certificates don't chain to a certificate that stays active might be rejected.",
		]);
	});

	it("names the scopes of each consequence, and this extension's access and unread scopes last", () => {
		const access = "This is the effect.";
		const unread = { scopes: organization, problem: { reason: "timeout", host: "a.test" } as const };
		assert.deepEqual(consequences({ scopes: both, unenforced: inProduction, access, unread }), [
			...describeImpact({ ...impact, unenforced: inProduction }),
			...describeRejectedClients(staging, impact),
			access,
			describeUnread(unread),
		]);
		assert.deepEqual(
			describeRejectedClients(both, { ...impact, unknown: staging }),
			[inProduction, staging].flatMap((scopes) =>
				describeRejectedClients(scopes, { ...impact, unknown: scopes === staging ? staging : nowhere }),
			),
		);
	});

	it("says first if something changed after the last prompt", () => {
		const { detail } = describeDeactivationQuestion(deactivation({ changed: true }), time);
		assert.ok(detail.startsWith(`${describeChangedMeanwhile()}\n\n`), detail);
	});

	it("says that the certificate already has the requested state", () => {
		const { certificate } = withContent("A");
		assert.equal(
			describeAlreadyApplied([certificate], inProduction, true),
			"“A”: already active in project “Production”.",
		);
		assert.equal(describeAlreadyApplied([certificate], organization, false), "“A”: not active in the organization.");
		assert.equal(describeAlreadyApplied([certificate], nowhere, false), "“A”: not active anywhere.");
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
