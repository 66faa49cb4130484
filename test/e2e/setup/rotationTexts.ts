// The extension's texts about rotations, as the interface tests expect them.
import type { ScopeSummary } from "../../../src/common/messages/scopes.ts";
import type { Certificate } from "../../../src/domain/certificate.ts";
import type { Scope } from "../../../src/domain/scope.ts";
import type { RotationStage } from "../../../src/features/rotation/rotationPlan.ts";
import {
	describeFinish,
	describeStart,
	describeUndo,
	type StartQuestion,
} from "../../../src/features/rotation/rotationPromptMessages.ts";
import { formatRoles, type RotationRole, roleFacts } from "../../../src/features/rotation/rotationStatusMessages.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { certificate } from "../../unit/fakes/certificatesApi.ts";
import { currentTime } from "./certificateTexts.ts";
import { splitAtValue } from "./productTexts.ts";

export const ROTATE = manifestText("command.rotate");
export const FINISH_ROTATION = manifestText("command.finishRotation");
export const UNDO_ROTATION = manifestText("command.undoRotation");

/** The note in the row of the old certificate while clients must move. */
export const WAITING_NOTE = stageNote("waiting");

const STAGES: readonly RotationStage[] = ["activating", "waiting", "finished", "unknown"];
const nowhere: ScopeSummary = { organization: false, projects: [] };

/** Returns a certificate for a text that contains only its name. */
export function named(name: string): Certificate {
	return certificate("", { name });
}

/** Returns the note in the row of the old certificate. */
export function stageNote(stage: RotationStage): string {
	return formatRoles([roleOf("old", stage, "")]) ?? "";
}

/** Returns the note in the row of the new certificate. */
export function replacingNote(oldName: string): string {
	return formatRoles([roleOf("next", "waiting", oldName)]) ?? "";
}

/** Returns texts of which each row in a rotation contains one. */
export function anyNotes(): readonly string[] {
	const [beforeName] = splitAtValue(replacingNote("OLD NAME"), "OLD NAME");
	return [...STAGES.map(stageNote), beforeName];
}

/** Returns the text of the row below the old certificate: label and value. */
export function replacementRow(
	nextName: string,
	scopes: readonly Scope[],
	nameOf: (projectId: string) => string | null,
): string {
	const [fact] = roleFacts([roleOf("old", "waiting", nextName, scopes)], nameOf);
	return fact ? fact.label + fact.value : "";
}

function roleOf(
	part: RotationRole["part"],
	stage: RotationStage,
	otherName: string,
	scopes: readonly Scope[] = [],
): RotationRole {
	const other = named(otherName);
	const plannedScopes = scopes.map((scope) => ({ scope, nextWasActive: false }));
	const plan = { organizationRef: "", old: other, next: other, scopes: plannedScopes, startedAt: 0 };
	return { part, stage, plan, other };
}

/** Returns the question before a rotation. @param options.planned True if the rotation continues. */
export function startMessage(from: string, to: string, { planned = false } = {}): string {
	const anchorOf = (name: string) => ({ certificate: named(name), content: null });
	const scopes: Pick<StartQuestion, "missing" | "present"> = { missing: nowhere, present: nowhere };
	return describeStart({ old: anchorOf(from), next: anchorOf(to), ...scopes, planned, changed: false }, 0).message;
}

/** Returns the question before a rotation is finished. */
export function finishMessage(from: string, to: string): string {
	const [old, next] = [named(from), named(to)];
	const scopes = { scopes: nowhere, missing: nowhere };
	return describeFinish({ old, next, ...scopes, access: null, clients: null, changed: false }, currentTime()).message;
}

/** Returns the question before a rotation is undone. */
export function undoMessage(from: string, to: string): string {
	const scopes = { scopes: nowhere, kept: nowhere, reactivated: nowhere };
	return describeUndo({ old: named(from), next: named(to), ...scopes, access: null, changed: false }).message;
}
