import { ChangeEmitter } from "../../common/changeEmitter.ts";
import type { ContentState } from "../../domain/certificateContent.ts";
import { problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "./certificateStore.ts";

/** What certificates hold, as far as somebody wanted to see it. */
export class ContentCache extends ChangeEmitter {
	readonly #certificates: CertificateStore;
	readonly #contents = new Map<string, ContentState>();

	constructor(certificates: CertificateStore) {
		super();
		this.#certificates = certificates;
		certificates.on("forget", () => this.#contents.clear());
	}

	/** What is known of a certificate's content; `undefined` where nobody has asked for it. */
	of(certificateId: string): ContentState | undefined {
		return this.#contents.get(certificateId);
	}

	/** Has a content fetched, unless it is known or on its way. What fails becomes part of the state and is not thrown. */
	async load(certificateId: string): Promise<void> {
		const known = this.of(certificateId)?.state;
		if (known === "loading" || known === "read") return;
		const { generation: epoch } = this.#certificates;
		const become = (content: ContentState) => {
			if (epoch !== this.#certificates.generation) return;
			this.#contents.set(certificateId, content);
			this.notify("change");
		};
		become({ state: "loading" });
		try {
			const candidate = await this.#certificates.contentOf(certificateId);
			become(candidate ? { state: "read", candidate } : { state: "unreadable" });
		} catch (thrown) {
			const problem = problemOf(thrown);
			become(problem ? { state: "failed", problem } : { state: "unreadable" });
			if (!problem) throw thrown;
		}
	}
}
