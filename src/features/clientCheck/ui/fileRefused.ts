import type { FileContent } from "../../../common/ui/certificateFilePicker.ts";
import type { CertificateFile } from "../../../domain/certificateFile.ts";
import { ProblemError } from "../../../domain/problem.ts";

/** Returns the problem of a file without the wanted certificate. */
export function fileRefused(
	wanted: "anchor" | "client-certificate",
	{ name }: Pick<FileContent, "name">,
	{ reason, skipped }: CertificateFile,
): ProblemError {
	return new ProblemError({
		reason: "file-refused",
		file: name,
		wanted,
		refusal: reason ?? "no-certificates",
		skipped,
	});
}
