import { SEED } from "../../random.ts";
import { soakUploads } from "../../soak/model.ts";

describe("Uploads in any sequence of events", () => {
	it(`are never lost, duplicated or reported incorrectly in 100 sequences (seed ${SEED})`, () =>
		soakUploads({ sequences: 100, seed: SEED }));
});
