import { Events } from "../../common/changeEmitter.ts";
import type { Content } from "../../domain/certificateContent.ts";
import { problemOf } from "../../domain/problem.ts";
import type { Certificates } from "./certificateStore.ts";

/** What certificates hold, as far as somebody wanted to see it. */
export class Contents extends Events {
	readonly #certificates: Certificates;
	readonly #contents = new Map<string, Content>();

	constructor(certificates: Certificates) {
		super();
		this.#certificates = certificates;
		certificates.on("forget", () => this.#contents.clear());
	}

	/** What is known of a certificate's content; `undefined` where nobody has asked for it. */
	of(certificateId: string): Content | undefined {
		return this.#contents.get(certificateId);
	}

	/** Has a content fetched, unless it is known or on its way. What fails becomes part of the state and is not thrown. */
	async load(certificateId: string): Promise<void> {
		const known = this.of(certificateId)?.state;
		if (known === "loading" || known === "read") return;
		const { epoch } = this.#certificates;
		const become = (content: Content) => {
			if (epoch !== this.#certificates.epoch) return;
			this.#contents.set(certificateId, content);
			this.tell("change");
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
