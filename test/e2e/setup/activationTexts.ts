// Texts about activations and deactivations, from the functions that make them.
import type { CertificateWithContent } from "../../../src/common/messages/certificateMessages.ts";
import type { ScopeSummary } from "../../../src/common/messages/scopes.ts";
import type { Problem } from "../../../src/domain/problem.ts";
import { ORGANIZATION, type Scope } from "../../../src/domain/scope.ts";
import type { ScopeResult } from "../../../src/features/activation/activation.ts";
import {
	type ActivationQuestion,
	type DeactivationQuestion,
	describeActivationQuestion,
	describeDeactivationQuestion,
} from "../../../src/features/activation/activationMessages.ts";
import { describeActivationResults } from "../../../src/features/activation/activationResultMessages.ts";
import type { Project } from "../../emulator/state.ts";
import { scopeResult } from "../../unit/fakes/adminApi.ts";
import { certificate } from "../../unit/fakes/certificatesApi.ts";
import { currentTime } from "./certificateTexts.ts";

/** The organization, or a project of the emulator. */
export type ScopeOrProject = "organization" | Project;

export function summarize(...scopes: readonly ScopeOrProject[]): ScopeSummary {
	return { organization: scopes.includes("organization"), projects: projectsAmong(scopes) };
}

/** Returns a certificate of which only the name matters for a text. */
export function named(name: string): CertificateWithContent {
	return { certificate: certificate(name), content: null };
}

/** Describes the prompt before an activation. @param more The detail's other values; a filter note is not expected. */
export function activationQuestion(
	subjects: readonly CertificateWithContent[],
	scopes: readonly ScopeOrProject[],
	more: Partial<ActivationQuestion> = {},
): ReturnType<typeof describeActivationQuestion> {
	const question: ActivationQuestion = {
		...{ subjects, scopes: summarize(...scopes), unread: null, access: null, changed: false },
		...{ unenforced: summarize(), showPolicyNote: false },
		// The emulator's host isn't OpenAI's.
		endpoint: { kind: "foreign", host: "127.0.0.1" },
		...more,
	};
	return describeActivationQuestion(question, currentTime());
}

/** Describes the prompt before a deactivation. @param more The detail's other values. */
export function deactivationQuestion(
	subjects: readonly CertificateWithContent[],
	scopes: readonly ScopeOrProject[],
	more: Partial<DeactivationQuestion> = {},
): ReturnType<typeof describeDeactivationQuestion> {
	const question: DeactivationQuestion = {
		...{ subjects, scopes: summarize(...scopes), unread: null, access: null, changed: false },
		...{ unenforced: summarize(), inheritedOnly: summarize(), unknown: summarize(), clients: null },
		...more,
	};
	return describeDeactivationQuestion(question, currentTime());
}

/** The expected result for a scope. Defaults: `changed`, no problem, not locked out. */
interface ExpectedResult {
	readonly scope: ScopeOrProject;
	readonly outcome?: "changed" | "failed" | "unknown" | "notTried";
	readonly problem?: Problem;
	readonly lockedOut?: Problem;
}

/** Describes results in several scopes. @param active False for a deactivation. */
export function activationResults(names: readonly string[], active: boolean, ...expected: ExpectedResult[]): string {
	const results = expected.map((each) => toScopeResult(names, each));
	return describeActivationResults(
		names.map((name) => certificate(name)),
		results,
		active,
		nameAmong(expected),
	);
}

export function toScopeResult(
	ids: readonly string[],
	{ scope, outcome = "changed", problem, lockedOut }: ExpectedResult,
): ScopeResult {
	return scopeResult(toScope(scope), { [outcome]: ids, problem: problem ?? null, lockedOut: lockedOut ?? null });
}

/** Returns a function that finds the name of a project among expected results. */
export function nameAmong(expected: readonly ExpectedResult[]): (projectId: string) => string | null {
	const projects = projectsAmong(expected.map(({ scope }) => scope));
	return (projectId) => projects.find(({ id }) => id === projectId)?.name ?? null;
}

function toScope(scope: ScopeOrProject): Scope {
	return scope === "organization" ? ORGANIZATION : { kind: "project", id: scope.id };
}

function projectsAmong(scopes: readonly ScopeOrProject[]): readonly Project[] {
	return scopes.filter((scope) => scope !== "organization");
}
