import { validateNameInput } from "../../../common/messages/certificateNameMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import { retryWhenChanged } from "../../../common/retryOnChange.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError, ProblemError } from "../../../domain/problem.ts";
import { type CommandContext, requireConnection } from "../../organization/ui/commandContext.ts";
import { renameCertificate } from "../renameCertificate.ts";
import { describeRenamed, renamePrompt, renameTitle, renamingTitle } from "../renameMessages.ts";

/** Asks for a new name and renames a certificate. @throws ProblemError; CancelledError */
export async function promptAndRename(deps: CommandContext, { id }: Certificate): Promise<void> {
	const { organization, certificates } = deps;
	const { organizationRef } = await requireConnection(deps);
	const listed = () => certificates.state.listing?.certificates ?? [];
	const renamed = await retryWhenChanged(async (changed) => {
		const shown = listed().find((each) => each.id === id);
		if (!shown) throw new ProblemError({ reason: "not-found" });
		const others = () => listed().filter((each) => each.id !== id);
		const name = await promptText({
			title: renameTitle(shown),
			prompt: renamePrompt(changed),
			placeholder: labels.name,
			value: shown.name ?? "",
			validate: (text) => validateNameInput(text, others()),
		});
		if (name === shown.name) throw new CancelledError();
		return withCancellableProgress(renamingTitle(shown), (signal) =>
			renameCertificate(organization, { organizationRef, shown, name }, signal),
		);
	});
	notifyDone(describeRenamed(renamed));
}
