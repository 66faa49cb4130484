import type { ParsedCertificate } from "./certificateFile.ts";
import type { Problem } from "./problem.ts";

/** The state of the stored content of a certificate id. `unreadable`: missing, or not a readable certificate. */
export type ContentState =
	| { readonly state: "loading" | "unreadable" }
	| { readonly state: "read"; readonly candidate: ParsedCertificate }
	| { readonly state: "failed"; readonly problem: Problem };
