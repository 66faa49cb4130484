import { ChangeEmitter } from "../../common/changeEmitter.ts";
import type { ContentState } from "../../domain/certificateContent.ts";
import { problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "./certificateStore.ts";

/** Caches the contents of certificates that were requested for display. */
export class ContentCache extends ChangeEmitter {
	readonly #certificates: CertificateStore;
	readonly #contents = new Map<string, ContentState>();

	constructor(certificates: CertificateStore) {
		super();
		this.#certificates = certificates;
		certificates.on("forget", () => this.#contents.clear());
	}

	/** Returns the state of a certificate's content; `undefined` if the content was never requested. */
	get(certificateId: string): ContentState | undefined {
		return this.#contents.get(certificateId);
	}

	/** Fetches a content unless it is known or loading. A problem becomes part of the state and is not thrown. */
	async load(certificateId: string): Promise<void> {
		const known = this.get(certificateId)?.state;
		if (known === "loading" || known === "read") return;
		const { generation } = this.#certificates;
		const setState = (content: ContentState) => {
			if (generation !== this.#certificates.generation) return;
			this.#contents.set(certificateId, content);
			this.notify("change");
		};
		setState({ state: "loading" });
		try {
			const candidate = await this.#certificates.getContent(certificateId);
			setState(candidate ? { state: "read", candidate } : { state: "unreadable" });
		} catch (thrown) {
			const problem = problemOf(thrown);
			setState(problem ? { state: "failed", problem } : { state: "unreadable" });
			if (!problem) throw thrown;
		}
	}
}
