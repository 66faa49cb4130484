import type { ParsedCertificate } from "./certificateFile.ts";
import type { Problem } from "./problem.ts";

/** What is known of what the service keeps under an id. `unreadable`: it is absent, or no certificate that can be read. */
export type ContentState =
	| { readonly state: "loading" | "unreadable" }
	| { readonly state: "read"; readonly candidate: ParsedCertificate }
	| { readonly state: "failed"; readonly problem: Problem };
