import * as vscode from "vscode";
import { labels } from "../../../common/messages/labels.ts";
import { CancelledError } from "../../../domain/problem.ts";
import type { RotationPlan } from "../rotationPlan.ts";
import type { RotationPlanStore } from "../rotationPlanStore.ts";
import { describeForgetPlan, rotationStatusLabels } from "../rotationStatusMessages.ts";

/** Discards the plan of an unnamed organization's rotation, after a question. @throws ProblemError; CancelledError */
export async function forgetPlan(plans: Pick<RotationPlanStore, "discard">, plan: RotationPlan): Promise<void> {
	const { message, detail } = describeForgetPlan(plan);
	const { dontForget } = rotationStatusLabels;
	const { forget } = labels;
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, dontForget, forget);
	if (chosen !== forget) throw new CancelledError();
	await plans.discard(plan);
}
