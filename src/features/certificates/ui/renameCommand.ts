import * as l10n from "@vscode/l10n";
import { nameWords } from "../../../common/messages/certificateMessages.ts";
import { judgeName } from "../../../common/messages/certificateNameMessages.ts";
import { askAnew } from "../../../common/retryOnChange.ts";
import { cancellably } from "../../../common/ui/progress.ts";
import { askText } from "../../../common/ui/prompts.ts";
import { tellDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { Cancelled, Failure } from "../../../domain/problem.ts";
import { type CertificateCommands, destinationOf } from "../../organization/ui/commandContext.ts";
import { rename } from "../renameCertificate.ts";

/** Gives a certificate another name. @throws Failure, Cancelled */
export async function renameCertificate(commands: CertificateCommands, { id }: Certificate): Promise<void> {
	const { organization, certificates } = commands;
	const { organizationRef } = await destinationOf(commands);
	const listed = () => certificates.state.listing?.certificates ?? [];
	const renamed = await askAnew(async (changed) => {
		const shown = listed().find((each) => each.id === id);
		if (!shown) throw new Failure({ reason: "not-found" });
		const others = () => listed().filter((each) => each.id !== id);
		const name = await askText({
			title: l10n.t("Rename {0}", nameWords(shown)),
			prompt: changed
				? l10n.t("It was renamed by somebody else meanwhile. Its new name at OpenAI:")
				: l10n.t("The certificate's new name at OpenAI."),
			placeholder: l10n.t("Name"),
			value: shown.name ?? "",
			judge: (text) => judgeName(text, others()),
		});
		if (name === shown.name) throw new Cancelled();
		return cancellably(l10n.t("Renaming “{0}”…", nameWords(shown)), (signal) =>
			rename(organization, { organizationRef, shown, name }, signal),
		);
	});
	tellDone(l10n.t("Renamed to “{0}”.", nameWords(renamed)));
}
