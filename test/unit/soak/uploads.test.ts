import { SEED } from "../../random.ts";
import { soak } from "../../soak/model.ts";

describe("Uploads in any sequence of events", () => {
	it(`are never lost, duplicated or reported incorrectly in 100 sequences (seed ${SEED})`, () =>
		soak({ sequences: 100, seed: SEED }));
});
